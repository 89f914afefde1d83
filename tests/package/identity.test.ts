/** The packaged app with a managed identity: no password for Redis, short tokens from an endpoint such as App Service has. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';
import { startPackagedApp, type PackagedApp } from './packaged-app.ts';

jest.setTimeout(120_000);

const objectId = '1f1a2b3c-0000-4000-8000-000000000000';
const clientId = '8b1ee8a3-7a63-4d3e-9e39-6f3a2b7ad0f5';
const identityHeader = randomUUID();
const tokenLifeS = 6;

const folder = mkdtempSync(join(tmpdir(), 'identity-'));
const issued: string[] = [];
let admin: Redis;
let identityServer: Server;
let app: PackagedApp;

// Before useStack: whoever uses a service goes before it.
afterAll(async () => {
  await app?.stop();
  admin?.disconnect();
  identityServer?.close();
  rmSync(folder, { recursive: true, force: true });
});
const services = useStack({ arguments: ['--services-only'] });
beforeAll(async () => {
  admin = new Redis(services().redisUrl);
  identityServer = createServer((request, response) => void answerWithToken(request, response)).listen(0, '127.0.0.1');
  await once(identityServer, 'listening');
  execFileSync(process.execPath, ['scripts/package.ts', join(folder, 'package')]);
  const values = {
    ...services().values,
    RedisConnection: services().redisUrl.replace('redis://', `redis://${objectId}@`),
    RedisConnection__clientId: clientId,
  };
  const { port } = identityServer.address() as AddressInfo;
  const environment = {
    IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`,
    IDENTITY_HEADER: identityHeader,
  };
  app = await startPackagedApp(join(folder, 'package'), { folder, values, environment });
});

/** learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
async function answerWithToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { searchParams } = new URL(request.url!, 'http://localhost');
  const isRight =
    request.headers['x-identity-header'] === identityHeader &&
    searchParams.get('resource') === 'https://redis.azure.com' &&
    searchParams.get('client_id') === clientId;
  if (!isRight) return void response.writeHead(400).end();
  const token = `token-${issued.length + 1}-${randomUUID()}`;
  await admin.call('ACL', 'SETUSER', objectId, 'on', '~*', '&*', '+@all', `>${token}`);
  issued.push(token);
  const expiresOn = String(Math.floor(Date.now() / 1000) + tokenLifeS);
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      access_token: token,
      expires_on: expiresOn,
      resource: 'https://redis.azure.com',
      token_type: 'Bearer',
      client_id: clientId,
    }),
  );
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

  const before = issued.length;
  while (issued.length < before + 2) await delay(50);
  await admin.call('ACL', 'SETUSER', objectId, ...issued.slice(0, -2).map((token) => `<${token}`));
  await admin.client('KILL', 'USER', objectId);
  expect((await api.ended(await submitPatiently(api))).state).toBe('completed');

  expect(app.output()).toContain('Executed');
  for (const token of issued) expect(app.output()).not.toContain(token);
});
