import type { Redis } from 'ioredis';
import { StoredTasks } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { latestCursor, readAllEvents, readOwnerEvents } from './event-store.ts';

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

describe('events', () => {
  it('carry cursors that only grow, each with the one before it, also within a millisecond and when the clock goes back', async () => {
    for (let i = 0; i < 20; i += 1) {
      await tasks.queued();
      tasks.now -= 1;
    }
    tasks.now -= 10_000;
    await tasks.queued();
    const { events } = await readOwnerEvents(redis, 'ada', '0-0', 100);
    expect(events).toHaveLength(21);
    expect(events.map(({ previous }) => previous)).toEqual([
      undefined,
      ...events.slice(0, -1).map(({ cursor }) => cursor),
    ]);
    expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(21);
  });

  it('are read on from any cursor', async () => {
    for (let i = 0; i < 4; i += 1) await tasks.queued();
    const first = await readOwnerEvents(redis, 'ada', '0-0', 3);
    const second = await readOwnerEvents(redis, 'ada', first.cursor, 3);
    expect(second.events).toHaveLength(1);
    expect(await readOwnerEvents(redis, 'ada', second.cursor, 3)).toEqual({ events: [], cursor: second.cursor });
    expect(await latestCursor(redis, 'ada')).toBe(second.cursor);
  });

  it('of all owners come merged, and each once', async () => {
    for (const owner of ['ada', 'bob', 'cy', 'dee', 'ada']) await tasks.queued({ owner });
    const seen: string[] = [];
    for (let after = '0-0'; ;) {
      const page = await readAllEvents(redis, after, 2);
      if (page.events.length === 0) break;
      seen.push(...page.events.map(({ cursor }) => cursor));
      after = page.cursor;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  it('tell of a gap when what was asked for is no longer kept', async () => {
    await tasks.queued();
    const early = (await readOwnerEvents(redis, 'ada', '0-0', 1)).cursor;
    for (let i = 0; i < 3; i += 1) await tasks.queued();
    const [stream] = await redis.keys('*:events:ada');
    await redis.xtrim(stream!, 'MAXLEN', 1);
    expect(await readOwnerEvents(redis, 'ada', early, 10)).toMatchObject({ gap: true });
    const late = (await readOwnerEvents(redis, 'ada', '0-0', 10)).events[0]!.previous!;
    expect(await readOwnerEvents(redis, 'ada', late, 10)).not.toHaveProperty('gap');
  });
});
