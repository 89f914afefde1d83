import * as z from 'zod';

/** Either the name itself, a connection string, or an endpoint and an identity, as the bindings of the Functions host read them. */
const serviceBusForm = 'a Service Bus connection string: Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…';
const signalRForm = 'a SignalR connection string: Endpoint=https://…;AccessKey=…;Version=1.0;';

const clientIdError = 'should be the client ID of a managed identity: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';
const clientId = z.guid({ error: clientIdError }).optional();

const httpEndpoint = (form: string) => z.url({ protocol: /^https?$/, error: `should look like ${form}` }).optional();

/** Settings that say where the services are, and who signs in to them. Without a `__clientId` it is whoever is signed in here. */
export const connectionShape = {
  /**
   * `redis://…` or `rediss://…`; with `?cluster=true` behind it for a Redis Cluster. A user without a password, the object ID of
   * an identity, signs in with tokens of Entra ID.
   */
  RedisConnection: z.url({
    protocol: /^rediss?$/,
    error: 'should look like redis://localhost:6379, or rediss://OBJECT-ID@HOST:10000 to sign in by managed identity',
  }),
  RedisConnection__clientId: clientId,
  ServiceBusConnection: z
    .string()
    .regex(/(^|;)\s*endpoint=sb:\/\//i, `should be ${serviceBusForm}`)
    .optional(),
  ServiceBusConnection__fullyQualifiedNamespace: z
    .string()
    .regex(/^[\w-]+(\.[\w-]+)+$/, 'should be a host name such as NAMESPACE.servicebus.windows.net')
    .optional(),
  ServiceBusConnection__clientId: clientId,
  AzureSignalRConnectionString: z
    .string()
    .regex(/^(?=.*(^|;)\s*endpoint=https?:\/\/)(?=.*(^|;)\s*accesskey=.)/i, `should be ${signalRForm}`)
    .optional(),
  AzureSignalRConnectionString__serviceUri: httpEndpoint('https://NAME.service.signalr.net'),
  AzureSignalRConnectionString__clientId: clientId,
  /** Blob Storage for payloads: a connection string, or the endpoint and a managed identity. By default that of the host. */
  PayloadStorageConnection: z.string().optional(),
  PayloadStorageConnection__blobServiceUri: httpEndpoint('https://ACCOUNT.blob.core.windows.net'),
  PayloadStorageConnection__clientId: clientId,
  AzureWebJobsStorage: z.string().optional(),
  AzureWebJobsStorage__blobServiceUri: httpEndpoint('https://ACCOUNT.blob.core.windows.net'),
  /** Table Storage for history. */
  AzureWebJobsStorage__tableServiceUri: httpEndpoint('https://ACCOUNT.table.core.windows.net'),
  AzureWebJobsStorage__clientId: clientId,
  /** Application Insights, to which traces go. */
  APPLICATIONINSIGHTS_CONNECTION_STRING: z
    .string()
    .regex(
      /(^|;)\s*InstrumentationKey=[\da-f-]{36}(;|$)/i,
      'should look like InstrumentationKey=…;IngestionEndpoint=https://…',
    )
    .optional(),
  /** Signs in there by a managed identity. */
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z
    .string()
    .regex(/Authorization=AAD/i, 'should look like ClientId=…;Authorization=AAD')
    .optional(),
  /** Azure App Configuration, where settings are tuned while the app runs; or a file in its place. */
  AppConfigConnection: z
    .string()
    .regex(/^Endpoint=https?:\/\/.*;Id=.*;Secret=./, 'should look like Endpoint=https://NAME.azconfig.io;Id=…;Secret=…')
    .optional(),
  AppConfigConnection__endpoint: httpEndpoint('https://NAME.azconfig.io'),
  AppConfigConnection__clientId: clientId,
  /** JSON, read again whenever it changes: {"MaxAttempts": 3}. Relative to the app's folder; it need not exist. */
  AppConfigFile: z.string().optional(),
};

type Given = Readonly<Record<string, string | undefined>>;

/** What is missing where one of two settings must be there. */
export function connectionFaults(given: Given): string[] {
  return [
    oneOf(given, 'ServiceBusConnection', serviceBusForm, '__fullyQualifiedNamespace'),
    oneOf(given, 'AzureSignalRConnectionString', signalRForm, '__serviceUri'),
    storageFault(given),
    historyFault(given),
    tuningFault(given),
  ].filter((fault) => fault !== undefined);
}

function oneOf(given: Given, name: string, form: string, suffix: string): string | undefined {
  if (given[name] || given[name + suffix]) return undefined;
  return `${name} is missing: it should be ${form} (or set ${name}${suffix}, to sign in by managed identity)`;
}

/** What `PayloadStore` needs beside itself. */
function storageFault(given: Given): string | undefined {
  const places = ['PayloadStorageConnection', 'AzureWebJobsStorage'];
  const hasOne = places.some((name) => given[name] || given[`${name}__blobServiceUri`]);
  if (given['PayloadStore'] !== 'redis+blob' || hasOne) return undefined;
  return 'PayloadStorageConnection is missing: it should be a storage connection string, as PayloadStore is redis+blob and there is no AzureWebJobsStorage';
}

function historyFault(given: Given): string | undefined {
  const hasOne = given['AzureWebJobsStorage'] || given['AzureWebJobsStorage__tableServiceUri'];
  if (given['History'] === 'off' || hasOne) return undefined;
  return 'AzureWebJobsStorage__tableServiceUri is missing: it should look like https://ACCOUNT.table.core.windows.net, as History is on and there is no AzureWebJobsStorage';
}

function tuningFault(given: Given): string | undefined {
  const store = ['AppConfigConnection', 'AppConfigConnection__endpoint'].find((name) => given[name]);
  if (store === undefined || !given['AppConfigFile']) return undefined;
  return `AppConfigFile is wrong: it should be left out, as ${store} names a store`;
}
