/** Settings for a stack of a test's own: the sample's, on free ports. */
import { readFileSync } from 'node:fs';
import { freePorts } from '../../local/free-port.ts';

export interface StackSettings {
  readonly Values: Record<string, string>;
  readonly Host: Record<string, unknown> & { readonly LocalHttpPort: number };
}

/** Azurite's well-known account. https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const storageKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** `overrides` are more values, or other ones. */
export async function settingsOnFreePorts(overrides: Record<string, string> = {}): Promise<StackSettings> {
  const sample = JSON.parse(readFileSync('local.settings.sample.json', 'utf8')) as StackSettings;
  const [http = 0, redis = 0, serviceBus = 0, signalR = 0, blob = 0, table = 0] = await freePorts(6);
  const onPorts = {
    // What somebody tunes here by hand must not reach the tests.
    AppConfigFile: '',
    RedisConnection: `redis://localhost:${redis}`,
    ServiceBusConnection:
      sample.Values['ServiceBusConnection']?.replace('localhost:5672', `localhost:${serviceBus}`) ?? '',
    AzureSignalRConnectionString:
      sample.Values['AzureSignalRConnectionString']?.replace('localhost:8888', `localhost:${signalR}`) ?? '',
    AzureWebJobsStorage: [
      `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${storageKey}`,
      `BlobEndpoint=http://127.0.0.1:${blob}/devstoreaccount1`,
      `TableEndpoint=http://127.0.0.1:${table}/devstoreaccount1;`,
    ].join(';'),
  };
  return { Values: { ...sample.Values, ...onPorts, ...overrides }, Host: { ...sample.Host, LocalHttpPort: http } };
}
