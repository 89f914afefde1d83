import { localEndpoints, remoteHosts } from './local-endpoints.ts';
import { readSettings } from './settings-file.ts';

const redis = (RedisConnection: string) => localEndpoints({ RedisConnection }).redis;
const serviceBus = (ServiceBusConnection: string) => localEndpoints({ ServiceBusConnection }).serviceBus;
const signalR = (AzureSignalRConnectionString: string) => localEndpoints({ AzureSignalRConnectionString }).signalR;
const storage = (AzureWebJobsStorage: string) => localEndpoints({ AzureWebJobsStorage });

it('finds everything of the sample on this machine', () => {
  const { redis, serviceBus, signalR, blob, table } = localEndpoints(readSettings('local.settings.sample.json').values);
  expect([redis, serviceBus, signalR, blob, table].map((endpoint) => endpoint?.port)).toEqual([
    6379, 5672, 8888, 10_000, 10_002,
  ]);
});

it('leaves to Azure what points elsewhere, is empty or is missing', () => {
  const values = {
    RedisConnection: 'rediss://cache.westeurope.redis.azure.net:10000',
    ServiceBusConnection: 'Endpoint=sb://tasks.servicebus.windows.net/;SharedAccessKeyName=x;SharedAccessKey=eQ==',
    AzureSignalRConnectionString: '',
    AzureWebJobsStorage: 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=eQ==;EndpointSuffix=core.windows.net',
  };
  expect(localEndpoints(values)).toEqual({});
  expect(localEndpoints({})).toEqual({});
});

it('names the hosts of what is not on this machine', () => {
  const values = {
    RedisConnection: 'rediss://:secret@cache.westeurope.redis.azure.net:10000',
    ServiceBusConnection: 'Endpoint=sb://tasks.servicebus.windows.net/;SharedAccessKeyName=x;SharedAccessKey=eQ==',
    AzureSignalRConnectionString: 'Endpoint=http://localhost:8888;AccessKey=eQ==;Version=1.0;',
  };
  expect([...remoteHosts(values)]).toEqual([
    ['RedisConnection', 'cache.westeurope.redis.azure.net:10000'],
    ['ServiceBusConnection', 'tasks.servicebus.windows.net'],
  ]);
});

it('names those that an identity signs in to', () => {
  const values = {
    ServiceBusConnection__fullyQualifiedNamespace: 'tasks.servicebus.windows.net',
    AzureSignalRConnectionString__serviceUri: 'https://tasks.service.signalr.net/',
  };
  expect([...remoteHosts(values)]).toEqual([
    ['ServiceBusConnection', 'tasks.servicebus.windows.net'],
    ['AzureSignalRConnectionString', 'tasks.service.signalr.net'],
  ]);
  expect(localEndpoints(values)).toEqual({});
});

it.each([
  ['RedisConnection', 'nonsense'],
  ['ServiceBusConnection', 'Endpoint=oops;SharedAccessKeyName=x;SharedAccessKey=eQ=='],
  ['AzureSignalRConnectionString', 'oops'],
])('refuses a %s that names no server', (setting, value) => {
  expect(() => localEndpoints({ [setting]: value })).toThrow(`${setting} names no server`);
});

it('does not take a host for this machine because its name begins alike', () => {
  expect(redis('redis://localhost.example.com:1')).toBeUndefined();
  expect(redis('redis://127.0.0.1.example.com:1')).toBeUndefined();
});

it.each(['localhost', '127.0.0.1', '127.1.2.3', '[::1]'])('knows %s as this machine', (host) => {
  expect(redis(`redis://${host}:7000`)).toMatchObject({ port: 7000 });
  expect(
    serviceBus(`Endpoint=sb://${host}:7001/;SharedAccessKeyName=x;SharedAccessKey=eQ==;UseDevelopmentEmulator=true`),
  ).toMatchObject({
    port: 7001,
  });
  expect(signalR(`Endpoint=http://${host}:7002;AccessKey=eQ==`)).toMatchObject({ port: 7002 });
  expect(storage(`BlobEndpoint=http://${host}:7003/account`).blob).toMatchObject({ port: 7003 });
});

it('reads ports, keys and passwords', () => {
  expect(redis('redis://:p%40ss@localhost')).toEqual({
    setting: 'RedisConnection',
    host: 'localhost',
    port: 6379,
    password: 'p@ss',
  });
  expect(
    serviceBus('Endpoint=sb://LOCALHOST;sharedaccesskeyname=n;sharedaccesskey=a==;UseDevelopmentEmulator=true'),
  ).toMatchObject({
    port: 5672,
    key: 'a==',
  });
  expect(signalR('Endpoint=http://localhost;Port=9000;AccessKey=k=;Version=1.0;')).toMatchObject({
    port: 9000,
    key: 'k=',
  });
});

it('serves explicit Blob and Table endpoints with the account they name, each on its own', () => {
  const both =
    'AccountName=acc;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/acc;TableEndpoint=http://127.0.0.1:2/acc;';
  expect(storage(both)).toMatchObject({
    blob: { port: 1, accounts: 'acc:a2V5' },
    table: { port: 2, accounts: 'acc:a2V5' },
  });
  expect(
    storage('BlobEndpoint=http://127.0.0.1:1/acc;TableEndpoint=https://acc.table.core.windows.net'),
  ).not.toHaveProperty('table');
});

it.each([
  [() => redis('rediss://localhost:6380'), 'RedisConnection asks for rediss:// on this machine'],
  [
    () => serviceBus('Endpoint=sb://localhost;SharedAccessKey=a'),
    'ServiceBusConnection points at this machine: add "UseDevelopmentEmulator=true;"',
  ],
  [
    () => serviceBus('Endpoint=sb://localhost;UseDevelopmentEmulator=true'),
    'ServiceBusConnection has no SharedAccessKey',
  ],
  [
    () => signalR('Endpoint=https://localhost;AccessKey=a'),
    'AzureSignalRConnectionString asks for TLS on this machine',
  ],
  [() => signalR('Endpoint=http://localhost:8888'), 'AzureSignalRConnectionString has no AccessKey'],
  [() => storage('BlobEndpoint=https://localhost:1/a'), 'AzureWebJobsStorage asks for TLS on this machine'],
])('refuses in one sentence what cannot be served here (%#)', (read, sentence) => {
  expect(read).toThrow(sentence);
});
