import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatPage, ChatResult, ChatRooms } from '../../contracts/chat.ts';
import type { RedisServer } from '../../local/redis.ts';
import { Api } from '../support/api.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'journey-cluster-'));
let nodes: readonly RedisServer[];
let stack: TestStack;
beforeAll(async () => {
  nodes = await startRedisCluster(folder);
  stack = await startStack({ settings: { RedisConnection: `${nodes[0]!.url}?cluster=true` } });
});
afterAll(async () => {
  await stack.stop();
  await Promise.all(nodes.map((node) => node.close()));
  rmSync(folder, { recursive: true, force: true });
});

it('runs tasks of many owners on a cluster of three, and shows all of them to an operator', async () => {
  const operator = new Api(stack.baseUrl);
  const owners = ['ada', 'bob', 'cy', 'dee', 'eve', 'fay', 'gil', 'hal'];
  const ended = owners.map(async (owner) => {
    const api = await operator.as(owner);
    const { id } = await api.submit('echo', { message: owner, failures: 1 });
    expect(await api.ended(id)).toMatchObject({ state: 'completed', attempt: 2, result: { message: owner } });
    return id;
  });
  const ids = (await Promise.all(ended)).sort();
  expect((await operator.list()).map(({ id }) => id).sort()).toEqual(ids);
  const completed = (await operator.events()).filter(({ kind }) => kind === 'completed');
  expect(completed.map(({ taskId }) => taskId).sort()).toEqual(ids);
  expect(await operator.call('/api/stats?window=5m')).toMatchObject({
    status: 200,
    body: { states: { completed: owners.length }, rates: { retried: { count: owners.length } } },
  });
  expect(await operator.call('/api/health')).toMatchObject({ status: 200 });
});

it('gives the messages of many owners one order in a room of the chat', async () => {
  const anyone = new Api(stack.baseUrl);
  expect((await anyone.post('/api/chat/rooms', { name: 'cluster' })).status).toBe(201);
  const owners = await Promise.all(['ada', 'bob', 'cy'].map((owner) => anyone.as(owner)));
  const say = async (api: Api) => api.ended((await api.submit('chat-message', { room: 'cluster', text: 'x' })).id);
  const ended = await Promise.all([...owners, ...owners].map(say));
  const sequences = ended.map(({ result }) => (result as ChatResult).sequence).sort();
  expect(sequences).toEqual([1, 2, 3, 4, 5, 6]);
  const { body } = await anyone.call<ChatPage>('/api/chat/rooms/cluster/messages');
  expect(body.messages.map(({ taskId }) => taskId).sort()).toEqual(ended.map(({ id }) => id).sort());
  expect((await anyone.call<ChatRooms>('/api/chat/rooms')).body.rooms).toMatchObject([
    { name: 'general' },
    { last: 6 },
  ]);
});
