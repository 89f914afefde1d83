import type { Redis } from 'ioredis';
import { Stats, statsWindows } from '../../contracts/stats.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { TaskStore } from '../tasks/task-store.ts';
import { mergeCounts } from './read-counts.ts';
import { readStats } from './read-stats.ts';

let redis: Redis;
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
const start = Date.parse('2026-01-05T10:00:03Z');
let now = start;
let store: TaskStore;
beforeAll(() => {
  redis = testRedis.connect();
  store = new TaskStore(redis, { now: () => now });
});
beforeEach(async () => {
  await redis.flushall();
  now = start;
});

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const error = { code: 'boom', message: 'It broke.' };

async function queued(owner = 'ada', more: { type?: string; lane?: string } = {}): Promise<string> {
  const id = createTaskId(owner, now);
  await store.accept({
    id, owner, type: 'echo', delivery: 'at-least-once', details: { tags: [], priority: 'normal' }, payload: '1',
    payloadBytes: 1, maxAttempts: 7, lane: 'tasks', ...more,
  }); // prettier-ignore
  await store.confirmSent(id, 1, 0);
  return id;
}

async function completed(owner: string, waitMs: number, runMs: number): Promise<void> {
  const id = await queued(owner);
  now += waitMs;
  await store.start(id, 1, 'token', minute);
  now += runMs;
  await store.complete(id, 'token', '1');
}

const stats = (owner?: string, window: (typeof statsWindows)[number] = '5m') => readStats(redis, window, owner, now);

it('counts what happened, in every window alike, whether it was merged or not', async () => {
  const [retried, dead] = [await queued(), await queued()];
  for (const id of [retried, dead]) await store.start(id, 1, 'token', minute);
  await store.fail(retried, 'token', error, now + minute);
  await store.fail(dead, 'token', error);
  await store.replay(dead);
  await store.cancel(retried);
  await completed('ada', 5, 50);
  const expected = {
    submitted: { count: 3 },
    completed: { count: 1 },
    retried: { count: 1 },
    deadLettered: { count: 1 },
    failed: { count: 2 },
    cancelled: { count: 1 },
    replayed: { count: 1 },
    expired: { count: 0 },
  };
  for (const later of [0, 20 * second]) {
    now += later;
    for (const window of statsWindows) {
      const { rates, failures, series } = await stats('ada', window);
      expect(rates).toMatchObject(expected);
      expect(failures).toEqual([{ type: 'echo', retried: 1, deadLettered: 1 }]);
      expect(series.points.reduce((sum, { completed: count }) => sum + count, 0)).toBe(1);
    }
  }
});

it('is what the contract says', async () => {
  await completed('ada', 5, 50);
  await queued();
  for (const window of statsWindows)
    expect(Stats.parse(await stats(undefined, window))).toEqual(await stats(undefined, window));
});

it('shows an owner their own, and an operator all', async () => {
  for (const owner of ['ada', 'bob', 'bob']) await completed(owner, 5, 50);
  await queued('bob', { lane: 'tasks-low' });
  expect(await stats('ada')).toMatchObject({ rates: { completed: { count: 1 } }, states: { queued: 0, completed: 1 } });
  expect(await stats('bob')).toMatchObject({ rates: { completed: { count: 2 } }, states: { queued: 1, completed: 2 } });
  expect(await stats()).toMatchObject({ rates: { completed: { count: 3 } }, states: { queued: 1, completed: 3 } });
});

it('tells percentiles within 13 %', async () => {
  for (let n = 1; n <= 100; n += 1) await completed('ada', n, 10 * n);
  const { latency } = await stats('ada', '1h');
  for (const [measure, unit] of [
    [latency.queueWait, 1],
    [latency.run, 10],
    [latency.endToEnd, 11],
  ] as const) {
    expect(measure.count).toBe(100);
    for (const share of [50, 95, 99] as const) {
      expect(Math.abs(measure[`p${share}`]! / (share * unit) - 1)).toBeLessThan(0.13);
    }
  }
});

it('lets go of what lies before the window, and gives a series without holes', async () => {
  await completed('ada', 5, 50);
  now += 6 * minute;
  await completed('ada', 5, 50);
  const short = await stats('ada', '5m');
  expect(short).toMatchObject({ rates: { completed: { count: 1 } }, series: { stepSeconds: 10 } });
  expect(short.series.points).toHaveLength(30);
  const long = await stats('ada', '1h');
  expect(long.rates.completed.count).toBe(2);
  expect(long.series.points.filter(({ completed: count }) => count > 0)).toHaveLength(2);
  now += 8 * 24 * hour;
  expect((await stats('ada', '7d')).rates.completed.count).toBe(0);
});

it('tells the backlog by lane, with since when the oldest waits', async () => {
  await queued('ada', { lane: 'tasks-high' });
  now += minute;
  await queued('bob', { lane: 'tasks-high' });
  await queued('bob', { lane: 'tasks-low' });
  now += second;
  const { backlog } = await stats();
  expect(backlog).toMatchObject({ queued: 3, isEstimate: false });
  const byLane = Object.fromEntries(backlog.lanes.map(({ lane, ...rest }) => [lane, rest]));
  expect(byLane).toMatchObject({
    tasks: { queued: 0 },
    'tasks-high': { queued: 2, oldestAgeMs: minute + second, oldestAt: new Date(start).toISOString() },
    'tasks-low': { queued: 1, oldestAgeMs: second },
  });
});

it('estimates the lanes of a long backlog from samples', async () => {
  for (let n = 0; n < 900; n += 1, now += 1) await queued('ada', { lane: n % 3 === 0 ? 'tasks-low' : 'tasks' });
  const { backlog } = await stats('ada');
  expect(backlog).toMatchObject({ queued: 900, isEstimate: true });
  const low = backlog.lanes.find(({ lane }) => lane === 'tasks-low')!.queued;
  expect(Math.abs(low - 300)).toBeLessThan(10);
});

it('loses and doubles nothing when merging again and late', async () => {
  await completed('ada', 5, 50);
  const then = now;
  now += minute;
  await Promise.all([mergeCounts(redis, undefined, now), mergeCounts(redis, undefined, now)]);
  now = then;
  await completed('ada', 5, 50);
  now += 2 * minute;
  expect((await stats('ada', '1h')).rates.completed.count).toBe(2);
});

it('leaves nothing without an expiry', async () => {
  await completed('ada', 5, 50);
  await mergeCounts(redis, undefined, now + minute);
  await completed('ada', 5, 50);
  await mergeCounts(redis, undefined, now + minute);
  const keys = (await redis.keys('*counts*')).sort();
  expect(keys).toHaveLength(8);
  expect((await Promise.all(keys.map((key) => redis.pttl(key)))).filter((ttl) => ttl < 0)).toEqual([]);
});
