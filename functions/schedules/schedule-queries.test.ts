import type { Redis } from 'ioredis';
import { everyTenSeconds, iso, ScheduleWorld } from '../../tests/support/schedules.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { materializeDue } from './materialize.ts';
import { findSchedule, listSchedules } from './schedule-queries.ts';
import type { ScheduleStore } from './schedule-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
let world: ScheduleWorld;
let schedules: ScheduleStore;

beforeAll(() => void (redis = testRedis.connect()));
beforeEach(async () => {
  await redis.flushall();
  world = new ScheduleWorld(redis);
  schedules = world.schedules;
});

const visit = () => materializeDue(world.materializing());

describe('schedules', () => {
  it('are listed newest first, page by page, each owner their own', async () => {
    const ids: string[] = [];
    for (const owner of ['ada', 'bob', 'ada', 'carol', 'ada']) {
      ids.unshift(await world.create({ ...everyTenSeconds, name: owner }, owner));
      world.now += 1;
    }
    const all = await listSchedules(redis, { limit: 3 }, world.now);
    expect(all.schedules.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const rest = await listSchedules(redis, { limit: 3, cursor: all.cursor! }, world.now);
    expect(rest.schedules.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(rest.cursor).toBeUndefined();
    const own = await listSchedules(redis, { limit: 10, owner: 'ada' }, world.now);
    expect(own.schedules.map(({ owner }) => owner)).toEqual(['ada', 'ada', 'ada']);
  });

  it('are a hundred for one owner at most', async () => {
    for (let n = 0; n < 100; n += 1) await world.create(everyTenSeconds);
    await expect(world.create(everyTenSeconds)).rejects.toThrow('full');
    await world.create(everyTenSeconds, 'bob');
  });

  it('are created once for one idempotency key', async () => {
    const schedule = {
      owner: 'ada',
      definition: JSON.stringify(everyTenSeconds),
      firstRunAt: world.now,
      now: world.now,
    };
    const once = { ...schedule, idempotency: { key: 'key', fingerprint: 'a', keptMs: 60_000 } };
    const tail = `-0000-7000-8000-00000000000${(await world.create(everyTenSeconds)).slice(-1)}`;
    const first = await schedules.create({ ...once, id: `00000001${tail}` });
    expect(first).toMatchObject({ outcome: 'created' });
    expect(await schedules.create({ ...once, id: `00000001${tail}` })).toEqual(first);
    expect(await schedules.create({ ...once, id: `00000002${tail}` })).toEqual({ ...first, outcome: 'duplicate' });
    const other = { ...once.idempotency, fingerprint: 'b' };
    expect(await schedules.create({ ...once, id: `00000002${tail}`, idempotency: other })).toEqual({
      outcome: 'reused',
    });
  });

  it('of two owners are never taken for one another', async () => {
    const of = (owner: string, key: string, n: number) => {
      const id = `0000000${n}-0000-7000-8000-000000000000`;
      const schedule = {
        id,
        owner,
        definition: JSON.stringify(everyTenSeconds),
        firstRunAt: world.now,
        now: world.now,
      };
      return schedules.create({ ...schedule, idempotency: { key, fingerprint: 'a', keptMs: 60_000 } });
    };
    expect(await of('ada', 'x:y', 1)).toMatchObject({ outcome: 'created' });
    expect(await of('ada:x', 'y', 2)).toMatchObject({ outcome: 'created' });
  });

  it('show a run that was asked for by hand as the last, until another is due', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now += 5_000;
    await schedules.noteRun(id, { taskId: 'by-hand', at: world.now });
    expect(await findSchedule(redis, id, world.now)).toMatchObject({
      lastTaskId: 'by-hand',
      lastRunAt: iso('09:00:05'),
    });
    world.now += 5_000;
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ lastRunAt: iso('09:00:10') });
  });
});
