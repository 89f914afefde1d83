/** The packaged app with a managed identity: no password for Redis, short tokens from an endpoint such as App Service has. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Problem } from '../../contracts/problem.ts';
import type { Task, TaskPage } from '../../contracts/task.ts';
import { Api } from '../support/api.ts';
import { startConfigurationStore, type ConfigurationStore } from '../support/app-configuration.ts';
import { startIdentityEndpoint, type IdentityEndpoint } from '../support/identity-endpoint.ts';
import { startIngestionEndpoint, type IngestionEndpoint } from '../support/ingestion-endpoint.ts';
import { loopbackCertificate } from '../support/loopback-tls.ts';
import { useStack } from '../support/stack.ts';
import { startTableStorage, type TableStorage } from '../support/table-storage.ts';
import { startPackagedApp, type PackagedApp } from './packaged-app.ts';

jest.setTimeout(120_000);

const objectId = '1f1a2b3c-0000-4000-8000-000000000000';
const clientId = '8b1ee8a3-7a63-4d3e-9e39-6f3a2b7ad0f5';

/** All that docs/settings.md asks for: the app's own keys, and no command that could harm others. */
const needed = ['~{amo:*', '~amo:*', 'resetchannels', '+@all', '-@dangerous', '-@admin'];

const folder = mkdtempSync(join(tmpdir(), 'identity-'));
let admin: Redis;
let identity: IdentityEndpoint;
let store: ConfigurationStore;
let ingestion: IngestionEndpoint;
let tables: TableStorage;
let hasTableRole = true;
let app: PackagedApp;

// Before useStack: whoever uses a service goes before it.
afterAll(async () => {
  await app?.stop();
  admin?.disconnect();
  identity?.close();
  await store?.close();
  ingestion?.close();
  tables?.close();
  rmSync(folder, { recursive: true, force: true });
});
const services = useStack({ arguments: ['--services-only'] });
beforeAll(async () => {
  admin = new Redis(services().redisUrl);
  identity = await startIdentityEndpoint({
    clientId,
    lifeSeconds: 6,
    accept: ({ token }) => admin.call('ACL', 'SETUSER', objectId, 'on', ...needed, `>${token}`),
  });
  store = await startConfigurationStore({ secure: true, accepts: isIssuedForIt });
  ingestion = await startIngestionEndpoint(isIssuedForIt);
  const { AzureWebJobsStorage = '', ...others } = services().values;
  tables = await startTableStorage(AzureWebJobsStorage, (token) => hasTableRole && isIssuedForIt(token));
  execFileSync(process.execPath, ['scripts/package.ts', join(folder, 'package')]);
  const values = {
    ...others,
    PayloadStorageConnection: AzureWebJobsStorage,
    AzureWebJobsStorage__tableServiceUri: tables.serviceUri,
    AzureWebJobsStorage__clientId: clientId,
    RedisConnection: services().redisUrl.replace('redis://', `redis://${objectId}@`),
    RedisConnection__clientId: clientId,
    AppConfigConnection__endpoint: store.endpoint,
    AppConfigConnection__clientId: clientId,
    AppConfigRefreshSeconds: '1',
    APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=${clientId};Authorization=AAD`,
    // The exporter would tell Microsoft how it is used.
    APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
  };
  const environment = { ...identity.environment, NODE_EXTRA_CA_CERTS: loopbackCertificate };
  app = await startPackagedApp(join(folder, 'package'), { folder, values, environment });
});

function isIssuedForIt(token: string): boolean {
  return identity.issued.some((issued) => issued.token === token);
}

/** Connections were closed a moment ago: a request may be told to come again. */
async function submitPatiently(api: Api): Promise<string> {
  for (;;) {
    const { status, body } = await api.post<Task>('/api/tasks', { type: 'echo', payload: { message: 'Hello' } });
    if (status === 202) return body.id;
    expect(status).toBe(503);
    await delay(50);
  }
}

it('works off tasks before and after its tokens expire, and logs none of them', async () => {
  const api = new Api(app.url);
  expect((await api.ended(await submitPatiently(api))).state).toBe('completed');
  expect(await admin.client('LIST')).toContain(`user=${objectId}`);

  const issued = () => identity.issued.filter(({ resource }) => resource === 'https://redis.azure.com');
  const before = issued().length;
  while (issued().length < before + 2) await delay(50);
  await admin.call(
    'ACL',
    'SETUSER',
    objectId,
    ...issued()
      .slice(0, -2)
      .map(({ token }) => `<${token}`),
  );
  await admin.client('KILL', 'USER', objectId);
  expect((await api.ended(await submitPatiently(api))).state).toBe('completed');

  expect(app.output()).toContain('Executed');
  for (const { token } of identity.issued) expect(app.output()).not.toContain(token);
});

const kept = async (api: Api) => (await api.call<TaskPage>('/api/history')).body.tasks.map((task) => task.id);

it('keeps history, and reads it, as its identity', async () => {
  const api = new Api(app.url);
  const id = await submitPatiently(api);
  await api.ended(id);
  while (!(await kept(api)).includes(id)) await delay(100);
  expect(identity.issued.map(({ resource }) => resource)).toContain('https://storage.azure.com');
});

it('names the role that is missing for Table Storage in its log, goes on without history, and catches up', async () => {
  hasTableRole = false;
  const api = new Api(app.url);
  const id = await submitPatiently(api);
  expect((await api.ended(id)).state).toBe('completed');
  // Before anybody asks for history, so that it is RecordHistory that says so.
  while (!/History is kept later: .*Storage Table Data Contributor/.test(app.output())) await delay(100);
  const { status, body } = await api.call<Problem>('/api/history');
  expect([status, body.code]).toEqual([503, 'dependency-unavailable']);
  hasTableRole = true;
  while (!(await kept(api)).includes(id)) await delay(100);
});

describe('traces, sent as its identity', () => {
  const spansOf = (id: string, name: string) =>
    ingestion.spans.filter((span) => span.name === name && span.properties['task.id'] === id);

  async function untilSpans(id: string, name: string, count: number) {
    while (spansOf(id, name).length < count) await delay(50);
    return spansOf(id, name);
  }

  it('joins the submission of a task, its runs and its attempts in the trace of the caller', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const api = new Api(app.url);
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    const { id } = await api.submit('echo', { message: 'Hello', failures: 1 }, {}, { traceparent });
    await api.ended(id);

    const [submit] = await untilSpans(id, 'submit', 1);
    const runs = await untilSpans(id, 'run', 2);
    const attempts = await untilSpans(id, 'attempt', 2);
    expect(new Set([submit!, ...runs, ...attempts].map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(attempts.map(({ parentId }) => parentId).sort()).toEqual(runs.map((run) => run.id).sort());
    const failed = attempts.map(({ success, properties }) => [properties['task.attempt'], success]);
    expect(failed.sort()).toEqual([
      ['1', false],
      ['2', true],
    ]);
  });

  it('gives each task of a batch a span of its own, and tells nothing of what is in it', async () => {
    const api = new Api(app.url);
    const tasks = ['secret-1', 'secret-2'].map((message) => ({ type: 'echo', payload: { message } }));
    const { body } = await api.post<{ results: { task: { id: string } }[] }>('/api/tasks/batch', { tasks });
    for (const { task } of body.results) {
      const [run] = await untilSpans(task.id, 'run', 1);
      const [submit] = await untilSpans(task.id, 'submit', 1);
      expect(run!.traceId).toBe(submit!.traceId);
    }
    expect(JSON.stringify(ingestion.spans)).not.toMatch(/secret-|local-user/);
  });
});

it('reads tuned settings as its identity, and what changes of them without a restart', async () => {
  const api = new Api(app.url);
  const maxAttempts = async () => (await api.submit('echo', { message: 'Hello' })).maxAttempts;
  expect(await maxAttempts()).toBe(7);
  store.set('MaxAttempts', '3');
  while ((await maxAttempts()) !== 3) await delay(100);
  store.setFlag('AcceptTasks', false);
  const submit = () => api.post('/api/tasks', { type: 'echo', payload: { message: 'Hello' } });
  let refused = await submit();
  while (refused.status === 202) refused = await submit();
  expect(refused).toMatchObject({ status: 503, body: { code: 'not-accepting' } });
  expect(app.output()).toMatch(/App Configuration \(localhost\): MaxAttempts is 3 now, it was 7/);
});
