import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
