import type { Redis } from 'ioredis';
import { everyTenSeconds, iso, ScheduleWorld } from '../../tests/support/schedules.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { materialize, materializeDue } from './materialize.ts';
import { runsKey } from './schedule-keys.ts';
import { findSchedule } from './schedule-queries.ts';
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

describe('pausing', () => {
  it('cancels what has not started, and nothing else', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now = Date.parse(iso('09:00:15'));
    const [first] = await world.runs();
    await world.tasks().start(first!.id, 1, 'token', 15_000);
    await world.pause(id);
    expect(await world.occurrences('running')).toEqual([iso('09:00:10')]);
    expect(await world.occurrences('cancelled')).toEqual([iso('09:00:20'), iso('09:00:30')]);
    world.now += 60_000;
    await visit();
    expect(await world.runs()).toHaveLength(3);
    const paused = await findSchedule(redis, id, world.now);
    expect(paused).toMatchObject({ paused: true, upcoming: [], lastRunAt: iso('09:00:10'), lastTaskId: first!.id });
    expect(paused!.nextRunAt).toBeUndefined();
  });

  it('cancels all that wait, however many, and remembers no more of those that have run than are of interest', async () => {
    const id = await world.create(everyTenSeconds);
    const visits = async (count: number, halfMinute: () => Promise<void>) => {
      for (let n = 0; n < count; n += 1, world.now += 30_000) await halfMinute();
    };
    await visits(80, visit);
    await schedules.pause(id, undefined);
    await visit();
    expect(await world.occurrences('scheduled')).toEqual([]);
    expect(await world.occurrences('cancelled')).toHaveLength(240);
    await world.resume(id);
    await visits(75, async () => {
      await visit();
      await Promise.all((await world.runs('scheduled')).map((run) => world.tasks().cancel(run.id)));
    });
    expect(await redis.zcard(runsKey(id))).toBeLessThan(210);
  });

  it('is over with the next run after it is resumed; what fell into the pause is not made up for', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    await world.pause(id);
    world.now = Date.parse(iso('09:00:25'));
    await world.resume(id);
    expect(await world.occurrences('scheduled')).toEqual(['09:00:30', '09:00:40', '09:00:50'].map(iso));
  });

  it('and resuming right before a run is due runs it late', async () => {
    const id = await world.create({ ...everyTenSeconds, missedRuns: 'skip' });
    await world.pause(id);
    world.now = Date.parse(iso('09:00:19')) + 950;
    await schedules.resume(id, undefined, { firstRunAt: world.firstRunAt(everyTenSeconds), now: world.now });
    world.now += 100;
    await visit();
    expect(await world.occurrences('scheduled')).toEqual(
      ['20', '30', '40', '50'].map((second) => iso(`09:00:${second}`)),
    );
  });

  it('and resuming at once runs nothing twice, also when the clock of Redis is ahead', async () => {
    world.skewMs = 400;
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now = Date.parse(iso('09:00:09')) + 700;
    const [first] = await world.runs();
    expect(await world.tasks().start(first!.id, 1, 'token', 15_000)).toMatchObject({ outcome: 'started' });
    await world.pause(id);
    await world.resume(id);
    expect(await world.occurrences('running')).toEqual([iso('09:00:10')]);
    expect(await world.occurrences('scheduled')).toEqual([iso('09:00:20'), iso('09:00:30')]);
  });

  it('that was cut off is finished by the timer', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    await schedules.pause(id, undefined);
    await visit();
    expect(await world.occurrences('cancelled')).toHaveLength(3);
    expect(await redis.keys('*schedule-void*')).toEqual([]);
    expect(await redis.keys('*schedules-due*')).toEqual([]);
  });
});

describe('editing', () => {
  it('makes the runs ahead anew, in another time zone too', async () => {
    const id = await world.create({ ...everyTenSeconds, cron: '20 0 10 * * *', timeZone: 'Europe/Berlin' });
    await visit();
    expect(await world.occurrences('scheduled')).toEqual([iso('09:00:20')]);
    await world.edit(id, { cron: '20 0 14 * * *', timeZone: 'Asia/Kolkata' });
    expect(await world.occurrences('cancelled')).toEqual([iso('09:00:20')]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ nextRunAt: '2026-11-22T08:30:20.000Z' });
    await world.edit(id, { cron: '25 30 14 * * *', timeZone: 'Asia/Kolkata', payload: { message: 'New' } });
    expect(await world.occurrences('scheduled')).toEqual([iso('09:00:25')]);
  });

  it('leaves alone what is due and only waits for a worker', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now = Date.parse(iso('09:00:10'));
    await world.edit(id, {});
    expect(await world.occurrences('scheduled')).toEqual(
      ['10', '20', '30', '40'].map((second) => iso(`09:00:${second}`)),
    );
  });

  it('right before a run is due runs it late, whatever is done about missed runs', async () => {
    const id = await world.create({ ...everyTenSeconds, missedRuns: 'skip' });
    await visit();
    world.now = Date.parse(iso('09:00:09')) + 950;
    await schedules.update(id, undefined, world.change({ missedRuns: 'skip' }));
    world.now += 100;
    await visit();
    expect(await world.occurrences('cancelled')).toEqual(['10', '20', '30'].map((second) => iso(`09:00:${second}`)));
    expect(await world.occurrences('scheduled')).toEqual(
      ['10', '20', '30', '40'].map((second) => iso(`09:00:${second}`)),
    );
  });

  it('of a paused schedule leaves it paused', async () => {
    const id = await world.create(everyTenSeconds);
    await world.pause(id);
    await world.edit(id, { name: 'Other' });
    world.now += 10_000;
    await visit();
    expect(await world.runs()).toEqual([]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ name: 'Other', paused: true });
  });
});

describe('deleting', () => {
  it('cancels what has not started, and leaves nothing of the schedule', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    expect(await schedules.delete(id, 'bob')).toBe(false);
    expect(await schedules.delete(id, 'ada')).toBe(true);
    await materialize(world.materializing(), id);
    expect(await world.occurrences('cancelled')).toHaveLength(3);
    expect(await redis.keys('*schedule*')).toEqual([]);
  });
});
