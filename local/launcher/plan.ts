/** Decides, from the settings and from what already answers on this machine, what the launcher has to run. */
import type { KeyedEndpoint, LocalEndpoint, LocalEndpoints } from '../local-endpoints.ts';
import { probeAnything, probeAzurite, probeRedis, probeServiceBus, probeSignalR } from './probe.ts';
import type { Answer } from './probe.ts';

export type ServiceName = 'Redis' | 'Service Bus' | 'SignalR' | 'Blob Storage' | 'Table Storage';

export interface Service {
  readonly name: ServiceName;
  readonly endpoint: LocalEndpoint;
  /** started: by this launcher. found: it already answered there, and is used as it is. */
  readonly origin: 'started' | 'found';
}

/** What this launcher starts: each part is absent where it is found or lives elsewhere. */
export type Plan = LocalEndpoints & { readonly services: readonly Service[] };

/** What listens besides the services. */
export interface OwnPorts {
  /** Undefined where the Functions host is somebody else's. */
  readonly httpPort: number | undefined;
  /** Undefined where no `ng serve` runs. */
  readonly webPort: number | undefined;
}

/** Fails with one sentence that names the port, the setting and the file. */
export async function makePlan(endpoints: LocalEndpoints, own: OwnPorts, settingsFile: string): Promise<Plan> {
  refuseSharedPorts(endpoints, own, settingsFile);
  await refuseTakenPort(own.httpPort, `change "LocalHttpPort" under "Host" in ${settingsFile}`);
  await refuseTakenPort(own.webPort, 'give another one with --web-port');
  const answers = await Promise.all(probes(endpoints));
  const services = answers.map(([name, endpoint, answer]) => judge(name, endpoint, answer, settingsFile));
  const started = new Set(services.filter(({ origin }) => origin === 'started').map(({ endpoint }) => endpoint));
  const toStart = Object.entries(endpoints).filter(([, endpoint]) => started.has(endpoint as LocalEndpoint));
  return { ...Object.fromEntries(toStart), services };
}

type Probed = [ServiceName, LocalEndpoint, Answer];

function probes({ redis, serviceBus, signalR, blob, table }: LocalEndpoints): Promise<Probed>[] {
  const probed: Promise<Probed>[] = [];
  const ask = (name: ServiceName, endpoint: LocalEndpoint, answer: Promise<Answer>) =>
    probed.push(answer.then((given) => [name, endpoint, given]));
  if (redis) ask('Redis', redis, probeRedis(redis, redis.password));
  if (serviceBus) ask('Service Bus', serviceBus, probeServiceBus(serviceBus));
  if (signalR) ask('SignalR', signalR, probeSignalR(signalR));
  if (blob) ask('Blob Storage', blob, probeAzurite(blob, 'Blob'));
  if (table) ask('Table Storage', table, probeAzurite(table, 'Table'));
  return probed;
}

function judge(name: ServiceName, endpoint: LocalEndpoint, answer: Answer, settingsFile: string): Service {
  const { setting, port } = endpoint;
  if (answer === 'refused') {
    throw new Error(`The ${name} on port ${port} refuses the password in ${setting}: correct it in ${settingsFile}.`);
  }
  if (answer === 'other') {
    throw new Error(
      `Port ${port} is in use by something other than ${name}: end that program, or change the port in ${setting} in ${settingsFile}.`,
    );
  }
  return { name, endpoint, origin: answer === 'service' ? 'found' : 'started' };
}

async function refuseTakenPort(port: number | undefined, otherwise: string): Promise<void> {
  if (port !== undefined && (await probeAnything({ host: 'localhost', port })))
    throw new Error(`Port ${port} is in use: end the program that uses it, or ${otherwise}.`);
}

function refuseSharedPorts(endpoints: LocalEndpoints, { httpPort, webPort }: OwnPorts, settingsFile: string): void {
  const owners = new Map<number | undefined, string>([
    [httpPort, 'LocalHttpPort'],
    [webPort, '--web-port'],
  ]);
  for (const { port, setting } of Object.values(endpoints) as (LocalEndpoint | KeyedEndpoint)[]) {
    const owner = owners.get(port);
    if (owner) throw new Error(`${owner} and ${setting} in ${settingsFile} both use port ${port}: give each its own.`);
    owners.set(port, setting);
  }
}
