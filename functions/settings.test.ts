import { parseSettings } from './settings.ts';
import sample from '../local.settings.sample.json' with { type: 'json' };

const environment: Record<string, string> = sample.Values;

it('takes the sample settings, and fills in the rest', () => {
  expect(parseSettings(environment)).toMatchObject({ MaxAttempts: 7, LeaseSeconds: 15, PayloadLimitBytes: 10_485_760 });
});

it.each([
  ['RedisConnection', undefined, /RedisConnection is missing: it should look like redis:/],
  ['RedisConnection', 'localhost:6379', /RedisConnection is wrong: it should look like redis:/],
  ['ServiceBusConnection', undefined, /ServiceBusConnection is missing: it should be a Service Bus connection string/],
  ['ServiceBusConnection', 'sb://ours', /ServiceBusConnection is wrong: it should be a Service Bus connection string/],
  ['AzureSignalRConnectionString', undefined, /AzureSignalRConnectionString is missing: it should be a SignalR/],
  ['AzureSignalRConnectionString', 'Endpoint=https://ours', /AzureSignalRConnectionString is wrong: .*AccessKey=…/],
  ['AzureSignalRConnectionString__serviceUri', 'ours', /__serviceUri is wrong: it should look like https:/],
  ['ServiceBusConnection__fullyQualifiedNamespace', 'sb://x', /is wrong: it should be a host name such as NAMESPACE/],
  ['RedisConnection__clientId', 'me', /RedisConnection__clientId is wrong: it should be the client ID of a managed/],
  ['AllowedOrigins', 'https://portal.example.com/', /AllowedOrigins is wrong: it should be origins such as/],
  ['History', 'yes', /History is wrong: it should be on or off/],
  ['SignIn', 'off', /SignIn is wrong: it should be app-service or none/],
  ['MaxAttempts', 'many', /MaxAttempts is wrong: it should be a whole number from 1 to 50/],
  ['IdempotencyHours', '0', /IdempotencyHours is wrong: it should be a whole number from 1 to 168/],
  ['IdempotencyHours', '169', /IdempotencyHours is wrong/],
  ['AppConfigConnection', 'azconfig.io', /AppConfigConnection is wrong: it should look like Endpoint=https:/],
  ['AppConfigConnection__endpoint', 'ours', /AppConfigConnection__endpoint is wrong: it should look like https:/],
  ['AcceptTasks', 'yes', /AcceptTasks is wrong: it should be true or false/],
  [
    'CallbackSecret',
    '@Microsoft.KeyVault(SecretUri=x)',
    /CallbackSecret is wrong: .*needs the role "Key Vault Secrets User"/,
  ],
  ['PayloadLimitBytes', '0', /PayloadLimitBytes is wrong/],
])('names the setting: %s = %s', (name, value, message) => {
  expect(() => parseSettings({ ...environment, [name]: value })).toThrow(message);
});

it('takes tuned settings from a store or a file, not from both', () => {
  const both = { ...environment, AppConfigFile: 'x.json', AppConfigConnection__endpoint: 'https://ours.azconfig.io' };
  expect(() => parseSettings(both)).toThrow(/AppConfigFile is wrong: .* AppConfigConnection__endpoint names a store/);
});

it('takes identities in the place of connection strings', () => {
  const clientId = '8b1ee8a3-7a63-4d3e-9e39-6f3a2b7ad0f5';
  const identities = {
    RedisConnection: 'rediss://1f1a2b3c-0000-4000-8000-000000000000@ours.westeurope.redis.azure.net:10000',
    RedisConnection__clientId: clientId,
    ServiceBusConnection__fullyQualifiedNamespace: 'ours.servicebus.windows.net',
    ServiceBusConnection__clientId: clientId,
    AzureSignalRConnectionString__serviceUri: 'https://ours.service.signalr.net',
    AzureSignalRConnectionString__clientId: clientId,
    AzureWebJobsStorage__blobServiceUri: 'https://ours.blob.core.windows.net',
    AzureWebJobsStorage__tableServiceUri: 'https://ours.table.core.windows.net',
    AzureWebJobsStorage__clientId: clientId,
    PayloadStore: 'redis+blob',
  };
  expect(parseSettings(identities)).toMatchObject(identities);
});

it('names everything that is missing at once', () => {
  expect(() => parseSettings({})).toThrow(
    /RedisConnection is missing.*ServiceBusConnection is missing.*AzureSignalRConnectionString is missing/,
  );
});

it.each(['PayloadStorageConnection', 'PayloadStorageConnection__blobServiceUri', 'AzureWebJobsStorage'])(
  'asks for a storage where payloads are written through to it, such as %s',
  (name) => {
    const settings = { ...environment, AzureWebJobsStorage: '', PayloadStore: 'redis+blob', History: 'off' };
    expect(() => parseSettings(settings)).toThrow(
      /PayloadStorageConnection is missing: .* PayloadStore is redis\+blob/,
    );
    expect(parseSettings({ ...settings, [name]: 'https://ours.blob.core.windows.net' }).PayloadStore).toBe(
      'redis+blob',
    );
  },
);

it('asks for a storage for history, unless that is off', () => {
  const settings = { ...environment, AzureWebJobsStorage: '' };
  expect(() => parseSettings(settings)).toThrow(/AzureWebJobsStorage__tableServiceUri is missing: .* History is on/);
  const tables = { AzureWebJobsStorage__tableServiceUri: 'https://ours.table.core.windows.net' };
  expect(parseSettings({ ...settings, ...tables })).toMatchObject({ History: 'on', ...tables });
  expect(parseSettings({ ...settings, History: 'off' })).toMatchObject({ History: 'off' });
});

it('says nothing of the values, which may be secrets', () => {
  const secret = 'hunter2';
  try {
    parseSettings({ ...environment, RedisConnection: secret });
    throw new Error('It should have thrown.');
  } catch (error) {
    expect((error as Error).message).not.toContain(secret);
  }
});
