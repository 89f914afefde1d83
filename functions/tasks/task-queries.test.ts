import type { Redis } from 'ioredis';
import { StoredTasks } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { taskKey } from './task-keys.ts';
import { listTasks } from './task-queries.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

let tasks: StoredTasks;
beforeEach(async () => {
  await redis.flushall();
  tasks = new StoredTasks(redis);
});

describe('listing', () => {
  it('shows the newest first, page by page, to the owner only', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift(await tasks.queued());
    await tasks.queued({ owner: 'bob' });
    const first = await listTasks(redis, { owner: 'ada', limit: 3 });
    expect(first.tasks.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const second = await listTasks(redis, { owner: 'ada', limit: 3, cursor: first.cursor! });
    expect(second.tasks.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(second.cursor).toBeUndefined();
  });

  it('shows an operator the tasks of all owners in one order', async () => {
    const ids: string[] = [];
    for (const owner of ['ada', 'bob', 'cy', 'ada', 'dee']) ids.unshift(await tasks.queued({ owner }));
    const first = await listTasks(redis, { limit: 3 });
    const second = await listTasks(redis, { limit: 3, cursor: first.cursor! });
    expect([...first.tasks, ...second.tasks].map(({ id }) => id)).toEqual(ids);
  });

  it('leaves out a record that cannot be read, and says so', async () => {
    const [sound, corrupt, other] = [await tasks.queued(), await tasks.queued(), await tasks.queued()];
    await redis.hset(taskKey(corrupt), 'details', '{"tags":');
    await redis.set(taskKey(other), 'no hash');
    const warnings: string[] = [];
    const page = await listTasks(redis, { owner: 'ada', limit: 10 }, (text) => warnings.push(String(text)));
    expect(page.tasks.map(({ id }) => id)).toEqual([sound]);
    expect(warnings.sort()).toEqual([expect.stringContaining(corrupt), expect.stringContaining(other)]);
  });

  it('filters by state, type, tag, text and time', async () => {
    const old = await tasks.queued({
      type: 'summarize-csv',
      details: { tags: [], priority: 'normal' },
    });
    tasks.now += 3_600_000;
    const since = tasks.now;
    const young = await tasks.running('t');
    const list = async (filter: object) =>
      (await listTasks(redis, { owner: 'ada', limit: 10, ...filter })).tasks.map(({ id }) => id);
    expect(await list({ states: ['queued'] })).toEqual([old]);
    expect(await list({ states: ['queued', 'running'] })).toEqual([young, old]);
    expect(await list({ type: 'echo' })).toEqual([young]);
    expect(await list({ tag: 'urgent' })).toEqual([young]);
    expect(await list({ q: 'SUMMARIZE' })).toEqual([old]);
    expect(await list({ from: since })).toEqual([young]);
    expect(await list({ to: since })).toEqual([old]);
  });
});
