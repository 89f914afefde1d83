import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Callback } from '../../functions/callbacks/deliver-callback.ts';
import type { Problem } from '../../contracts/problem.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

const secret = 'whsec_dGVzdC1jYWxsYmFjay1zZWNyZXQtMTIzNDU2Nzg=';
const stack = useStack({ settings: { CallbackHosts: 'localhost, *.example.org', CallbackSecret: secret } });
let api: Api;
let server: Server;
let callbackUrl: string;
let received: { callback: Callback; headers: IncomingMessage['headers']; body: string }[];
/** Statuses that the next callbacks are answered with; 204 when there is none left. */
let answers: number[];

beforeAll(async () => {
  api = new Api(stack().baseUrl);
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ callback: JSON.parse(body) as Callback, headers: request.headers, body });
      response.writeHead(answers.shift() ?? 204).end();
    });
  }).listen(0);
  await once(server, 'listening');
  callbackUrl = `http://localhost:${(server.address() as AddressInfo).port}/hooks?a=b`;
});
beforeEach(() => void ([received, answers] = [[], []]));
afterAll(() => server.close());

async function until(count: number): Promise<void> {
  while (received.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
}

it('tells how a task ended, signed as Standard Webhooks say', async () => {
  const { id } = await api.submit('echo', { message: 'Hello' }, { callbackUrl });
  await until(1);
  const [{ callback, headers, body }] = received as [(typeof received)[0]];
  expect(callback).toMatchObject({ type: 'task.completed', data: { id, state: 'completed', result: { message: 'Hello' } } }); // prettier-ignore
  expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();
  expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
});

it('is repeated until it is taken, with the same ID', async () => {
  answers = [500, 503];
  await api.submit('echo', { message: 1, permanent: true }, { callbackUrl });
  await until(3);
  expect(received.map(({ callback }) => callback.type)).toEqual(Array(3).fill('task.dead-lettered'));
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

it('tells of a cancelled task, and of each end of a replayed one', async () => {
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const cancelled = await api.submit('echo', { message: 1 }, { callbackUrl, scheduledFor: later });
  await api.post(`/api/tasks/${cancelled.id}/cancel`, {});
  const dead = await api.submit('echo', { message: 1, failures: 1 }, { callbackUrl, maxAttempts: 1 });
  await until(1);
  await api.post(`/api/tasks/${dead.id}/replay`, {});
  await until(3);
  const told = received.map(({ callback }) => `${callback.data.id} ${callback.type}`);
  expect(told.sort()).toEqual(
    [`${cancelled.id} task.cancelled`, `${dead.id} task.dead-lettered`, `${dead.id} task.completed`].sort(),
  );
});

it('goes to hosts on the list only', async () => {
  const hosts = ['http://169.254.169.254/metadata', 'http://localhost.evil.test/', 'http://example.org/'];
  for (const host of hosts) {
    const { status, body } = await api.post<Problem>('/api/tasks', { type: 'echo', payload: { message: 1 }, callbackUrl: host }); // prettier-ignore
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer: '/callbackUrl', detail: expect.stringContaining('*.example.org') as string }]); // prettier-ignore
  }
});

it('cannot be submitted, and is not among the kinds of task', async () => {
  const { status } = await api.post('/api/tasks', { type: 'deliver-callback', payload: { taskId: 'x', url: callbackUrl } }); // prettier-ignore
  expect(status).toBe(400);
  const { taskTypes } = (await api.call('/api/task-types')).body as { taskTypes: { name: string }[] };
  expect(taskTypes.map(({ name }) => name)).toEqual(expect.not.arrayContaining(['deliver-callback']));
  expect(taskTypes).not.toHaveLength(0);
});
