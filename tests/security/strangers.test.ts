/** What Bob tries who knows Alice's IDs: by her uploads, keys and headers, and over SignalR. */
import { HubConnectionBuilder, LogLevel, type HubConnection } from '@microsoft/signalr';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(120_000);

const stack = useStack({ settings: { PayloadStore: 'redis+blob' } });
let alice: Api;
let bob: Api;
beforeAll(async () => {
  const anyone = new Api(stack().baseUrl);
  [alice, bob] = [await anyone.as('alice', 'user'), await anyone.as('bob', 'user')];
});

const connections: HubConnection[] = [];
afterEach(() => Promise.all(connections.splice(0).map((connection) => connection.stop())));

interface Negotiated {
  readonly url: string;
  readonly accessToken: string;
}
const negotiate = async (api: Api) => (await api.post<Negotiated>('/api/negotiate', '')).body;

async function listen({ url, accessToken }: Negotiated, more = ''): Promise<TaskEvent[]> {
  const options = { accessTokenFactory: () => accessToken };
  const connection = new HubConnectionBuilder()
    .withUrl(url + more, options)
    .configureLogging(LogLevel.None)
    .build();
  connections.push(connection);
  const heard: TaskEvent[] = [];
  connection.on('events', (events: TaskEvent[]) => heard.push(...events));
  await connection.start();
  return heard;
}

async function untilHeard(heard: readonly TaskEvent[], taskId: string): Promise<void> {
  const isThere = () => heard.some((event) => event.taskId === taskId && event.kind === 'completed');
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 20));
}

it('gives nobody the live events of another, whatever they write into the URL', async () => {
  const token = await negotiate(bob);
  const hers = await listen(await negotiate(alice));
  const his = [await listen(token), await listen(token, '&userId=alice&asrs.s.uid=alice')];
  const secret = await alice.submit('echo', { message: 'for Alice' });
  await untilHeard(hers, secret.id);
  // What comes after it, on the same connection, has come: so would have Alice's.
  const own = await bob.submit('echo', { message: 'for Bob' });
  for (const heard of his) {
    await untilHeard(heard, own.id);
    expect(heard.filter(({ taskId }) => taskId !== own.id)).toEqual([]);
  }
});

it.each([
  ['POST', '/users/alice/:send'],
  ['POST', '/:send'],
  ['PUT', '/users/bob/groups/operators'],
  ['GET', '/users/alice'],
])("takes a browser's token for nothing but listening: %s %s", async (method, path) => {
  const { url, accessToken } = await negotiate(bob);
  const body = method === 'POST' ? { body: JSON.stringify({ target: 'events', arguments: [[]] }) } : {};
  const { status } = await fetch(`${new URL(url).origin}/api/hubs/tasks${path}?api-version=2022-06-01`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    ...body,
  });
  expect(status).toBe(401);
});

it('lets nobody submit what another has uploaded', async () => {
  const message = JSON.stringify({ message: 'for Alice' });
  const upload = await alice.post<{ id: string; url: string; headers: Record<string, string> }>('/api/uploads', {
    bytes: message.length,
  });
  const { id, url, headers } = upload.body;
  expect((await fetch(url, { method: 'PUT', headers, body: message })).status).toBe(201);
  const submission = { type: 'echo', payloadRef: { uploadId: id } };
  const { status, body } = await bob.post('/api/tasks', submission);
  expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/payloadRef/uploadId']);
  expect((await alice.post('/api/tasks', submission)).status).toBe(202);
});

it('keeps idempotency keys and receipts of owners apart', async () => {
  const headers = { 'idempotency-key': 'the-same' };
  const hers = await alice.submit('echo', { message: 'for Alice' }, {}, headers);
  const his = await bob.submit('echo', { message: 'for Bob' }, {}, headers);
  expect(his.id).not.toBe(hers.id);
  const { cursor } = (await alice.timeline(hers.id))[0]!;
  const receipts = [{ taskId: hers.id, cursor, kind: 'seen' }];
  expect((await bob.post('/api/receipts', { receipts })).body).toEqual({ recorded: 0, ignored: 1 });
});

it('takes no word of a request for who sends it', async () => {
  const { id } = await alice.submit('echo', { message: 'for Alice' });
  const claims = [{ typ: 'roles', val: 'operator' }];
  const principal = Buffer.from(JSON.stringify({ claims, role_typ: 'roles' })).toString('base64');
  const headers = { 'x-ms-client-principal-id': 'alice', 'x-ms-client-principal': principal };
  expect((await bob.call(`/api/tasks/${id}`, { headers })).status).toBe(404);
});
