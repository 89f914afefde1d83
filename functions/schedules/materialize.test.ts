import type { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import { everyTenSeconds, ScheduleWorld } from '../../tests/support/schedules.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { listTasks } from '../tasks/task-queries.ts';
import { materialize, materializeDue } from './materialize.ts';
import { parseRun } from './parse-schedule.ts';
import { findSchedule, listSchedules } from './schedule-queries.ts';
import { ScheduleStore } from './schedule-store.ts';

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
  schedules = new ScheduleStore(redis);
});

const visit = () => materializeDue(world.materializing());
const iso = (time: string) => `2026-11-21T${time}.000Z`;

/** The tasks of all schedules by the time they are for. */
async function runs(state?: Task['state']): Promise<Task[]> {
  const { tasks } = await listTasks(redis, { limit: 500, ...(state && { states: [state] }) });
  return tasks.sort((a, b) => Date.parse(a.occurrenceAt!) - Date.parse(b.occurrenceAt!));
}

const occurrences = async (state?: Task['state']) => (await runs(state)).map(({ occurrenceAt }) => occurrenceAt);

async function pause(id: string): Promise<void> {
  await schedules.pause(id, undefined);
  await materialize(world.materializing(), id);
}

async function resume(id: string): Promise<void> {
  await schedules.resume(id, undefined, world.firstRunAt(everyTenSeconds));
  await materialize(world.materializing(), id);
}

async function edit(id: string, more: object): Promise<void> {
  const definition = { ...everyTenSeconds, ...more };
  await materialize(world.materializing(), id);
  const change = { definition: JSON.stringify(definition), firstRunAt: world.firstRunAt(definition), now: world.now };
  await schedules.update(id, undefined, change);
  await materialize(world.materializing(), id);
}

describe('a visit of the timer', () => {
  it('submits what is due in the next half minute as scheduled tasks', async () => {
    const id = await world.create({ ...everyTenSeconds, tags: ['report'], priority: 'high' });
    await visit();
    const tasks = await runs();
    expect(tasks).toMatchObject([
      { state: 'scheduled', scheduledFor: iso('09:00:10'), occurrenceAt: iso('09:00:10'), scheduleId: id, owner: 'ada' },
      { state: 'scheduled', scheduledFor: iso('09:00:20') },
      { state: 'scheduled', scheduledFor: iso('09:00:30'), tags: ['report'], priority: 'high' },
    ]); // prettier-ignore
    const sent = world.sent.map(({ queue, message }) => [queue, String(message.body), message.scheduledEnqueueTimeUtc]);
    expect(sent).toEqual(tasks.map((task) => ['tasks-high', task.id, new Date(task.scheduledFor!)]));
    expect(world.published.map(({ kind }) => kind)).toEqual(['scheduled', 'scheduled', 'scheduled']);
  });

  it('submits each run once, however often and by however many at once it is made', async () => {
    await world.create(everyTenSeconds);
    for (let n = 0; n < 5; n += 1) {
      await Promise.all([visit(), visit(), visit()]);
      world.now += 7_000;
    }
    expect(await occurrences()).toEqual(['10', '20', '30', '40', '50'].map((second) => iso(`09:00:${second}`)));
  });

  it('leaves alone what is due later', async () => {
    const id = await world.create({ ...everyTenSeconds, cron: '0 10 * * *' });
    await visit();
    expect(await runs()).toEqual([]);
    world.now = Date.parse(iso('09:59:30'));
    await visit();
    expect(await occurrences()).toEqual([iso('10:00:00')]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ nextRunAt: iso('10:00:00') });
  });

  it('goes on with the next run when one cannot be submitted, and says why until one can', async () => {
    const id = await world.create(everyTenSeconds);
    const refused = { code: 'invalid-request', message: expect.stringMatching(/\/type: There is no task type "echo"/) };
    await materialize(world.materializing(redis, { taskTypes: new Map() }), id);
    expect(await runs()).toEqual([]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ lastError: refused });
    world.now += 10_000;
    await visit();
    expect(await occurrences()).toEqual([iso('09:00:40')]);
    expect((await findSchedule(redis, id, world.now))!.lastError).toBeUndefined();
  });

  it('tries again as long as the owner has too much waiting', async () => {
    const id = await world.create(everyTenSeconds);
    await materialize(world.materializing(redis, { store: world.tasks(redis, 0) }), id);
    expect(await runs()).toEqual([]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ lastError: { code: 'too-many-requests' } });
    await visit();
    expect(await occurrences()).toEqual([iso('09:00:10'), iso('09:00:20'), iso('09:00:30')]);
  });

  it('leaves a run in the outbox whose message cannot be sent', async () => {
    const id = await world.create({ ...everyTenSeconds, cron: '10 * * * * *' });
    const down = () => Promise.reject(new Error('no broker'));
    await materialize(world.materializing(redis, { send: down }), id);
    const [task] = await runs();
    expect(task).toMatchObject({ state: 'scheduled', scheduledFor: iso('09:00:10') });
    expect(await world.tasks().resend(task!.id)).toMatchObject({ id: task!.id });
  });

  it('counts the expiry of a run from its time', async () => {
    await world.create({ ...everyTenSeconds, expiresIn: 'PT1M' });
    await visit();
    expect((await runs())[0]).toMatchObject({ scheduledFor: iso('09:00:10'), expiresAt: iso('09:01:10') });
  });
});

describe('after the app was down', () => {
  const missed = async (missedRuns: 'skip' | 'last' | 'all') => {
    await world.create({ ...everyTenSeconds, missedRuns });
    world.now += 45_000;
    await visit();
    return occurrences();
  };
  const ahead = ['09:00:50', '09:01:00', '09:01:10'].map(iso);

  it('"skip" makes up for no run', async () => expect(await missed('skip')).toEqual(ahead));
  it('"last" makes one run for all', async () => expect(await missed('last')).toEqual([iso('09:00:40'), ...ahead]));
  it('"all" makes up for each', async () => {
    const each = ['09:00:10', '09:00:20', '09:00:30', '09:00:40'].map(iso);
    expect(await missed('all')).toEqual([...each, ...ahead]);
  });

  it('goes on at the next time of a schedule that skips and has none ahead', async () => {
    const id = await world.create({ ...everyTenSeconds, cron: '0 10 * * *', missedRuns: 'skip' });
    world.now = Date.parse(iso('12:00:00'));
    await visit();
    expect(await runs()).toEqual([]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ nextRunAt: '2026-11-22T10:00:00.000Z' });
    expect(await redis.zrangebyscore(`{amo:${id.slice(-1)}}:schedules-due`, '-inf', world.now)).toEqual([]);
  });
});

describe('pausing', () => {
  it('cancels what has not started, and nothing else', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now = Date.parse(iso('09:00:15'));
    const [first] = await runs();
    await world.tasks().start(first!.id, 1, 'token', 15_000);
    await pause(id);
    expect(await occurrences('running')).toEqual([iso('09:00:10')]);
    expect(await occurrences('cancelled')).toEqual([iso('09:00:20'), iso('09:00:30')]);
    world.now += 60_000;
    await visit();
    expect(await runs()).toHaveLength(3);
    const paused = await findSchedule(redis, id, world.now);
    expect(paused).toMatchObject({ paused: true, upcoming: [], lastRunAt: iso('09:00:10'), lastTaskId: first!.id });
    expect(paused!.nextRunAt).toBeUndefined();
  });

  it('is over with the next run after it is resumed; what fell into the pause is not made up for', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    await pause(id);
    world.now = Date.parse(iso('09:00:25'));
    await resume(id);
    expect(await occurrences('scheduled')).toEqual(['09:00:30', '09:00:40', '09:00:50'].map(iso));
  });

  it('and resuming at once runs nothing twice, also when the clock of Redis is ahead', async () => {
    world.skewMs = 400;
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now = Date.parse(iso('09:00:09')) + 700;
    const [first] = await runs();
    expect(await world.tasks().start(first!.id, 1, 'token', 15_000)).toMatchObject({ outcome: 'started' });
    await pause(id);
    await resume(id);
    expect(await occurrences('running')).toEqual([iso('09:00:10')]);
    expect(await occurrences('scheduled')).toEqual([iso('09:00:20'), iso('09:00:30')]);
  });

  it('that was cut off is finished by the timer', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    await schedules.pause(id, undefined);
    await visit();
    expect(await occurrences('cancelled')).toHaveLength(3);
    expect(await redis.keys('*schedule-void*')).toEqual([]);
    expect(await redis.keys('*schedules-due*')).toEqual([]);
  });
});

describe('editing', () => {
  it('makes the runs ahead anew, in another time zone too', async () => {
    const id = await world.create({ ...everyTenSeconds, cron: '20 0 10 * * *', timeZone: 'Europe/Berlin' });
    await visit();
    expect(await occurrences('scheduled')).toEqual([iso('09:00:20')]);
    await edit(id, { cron: '20 0 14 * * *', timeZone: 'Asia/Kolkata' });
    expect(await occurrences('cancelled')).toEqual([iso('09:00:20')]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ nextRunAt: '2026-11-22T08:30:20.000Z' });
    await edit(id, { cron: '25 30 14 * * *', timeZone: 'Asia/Kolkata', payload: { message: 'New' } });
    expect(await occurrences('scheduled')).toEqual([iso('09:00:25')]);
  });

  it('leaves alone what is due and only waits for a worker', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now = Date.parse(iso('09:00:10'));
    await edit(id, {});
    expect(await occurrences('scheduled')).toEqual(['10', '20', '30', '40'].map((second) => iso(`09:00:${second}`)));
  });

  it('of a paused schedule leaves it paused', async () => {
    const id = await world.create(everyTenSeconds);
    await pause(id);
    await edit(id, { name: 'Other' });
    world.now += 10_000;
    await visit();
    expect(await runs()).toEqual([]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ name: 'Other', paused: true });
  });
});

// Against an instance that read the schedule a moment too early, or too late.
describe('a run is refused', () => {
  const occurrence = Date.parse(iso('09:00:10'));

  async function submitFrom(id: string) {
    const fields = (await schedules.read(id))!;
    const { taskTypes, limits } = world.materializing();
    const submitting = { owner: 'ada', taskTypes, limits, now: world.now };
    const task = parseRun(everyTenSeconds, submitting, { scheduleId: id, occurrenceAt: occurrence });
    const position = { scheduleId: id, version: fields.version!, cursor: fields.cursor! };
    const stored = await world.payloads.prepare(task);
    return world.tasks().acceptRun({ ...task, ...stored }, { ...position, occurrence, next: occurrence + 10_000 });
  }

  it('while one of an older version is still to be cancelled', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    const change = { definition: JSON.stringify(everyTenSeconds), firstRunAt: occurrence, now: world.now };
    await schedules.update(id, undefined, change);
    expect(await submitFrom(id)).toEqual({ outcome: 'moved' });
  });

  it('for a time whose run has started', async () => {
    world.skewMs = 500;
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now = occurrence - 100;
    await world.tasks().start((await runs())[0]!.id, 1, 'token', 15_000);
    await pause(id);
    await schedules.resume(id, undefined, occurrence);
    expect(await submitFrom(id)).toEqual({ outcome: 'moved' });
  });

  it('when it has been submitted, but for the same command once more', async () => {
    const id = await world.create(everyTenSeconds);
    const fields = (await schedules.read(id))!;
    const { taskTypes, limits } = world.materializing();
    const submitting = { owner: 'ada', taskTypes, limits, now: world.now };
    const parsed = parseRun(everyTenSeconds, submitting, { scheduleId: id, occurrenceAt: occurrence });
    const task = { ...parsed, ...(await world.payloads.prepare(parsed)) };
    const run = {
      scheduleId: id,
      version: fields.version!,
      cursor: fields.cursor!,
      occurrence,
      next: occurrence + 10_000,
    };
    const first = await world.tasks().acceptRun(task, run);
    expect(first).toMatchObject({ outcome: 'accepted', fields: { id: task.id } });
    expect(await world.tasks().acceptRun(task, run)).toEqual(first);
    const other = { ...task, id: task.id.replace(/^.{8}/, '00000000') };
    expect(await world.tasks().acceptRun(other, run)).toEqual({ outcome: 'moved' });
  });
});

describe('deleting', () => {
  it('cancels what has not started, and leaves nothing of the schedule', async () => {
    const id = await world.create(everyTenSeconds);
    await visit();
    expect(await schedules.delete(id, 'bob')).toBe(false);
    expect(await schedules.delete(id, 'ada')).toBe(true);
    await materialize(world.materializing(), id);
    expect(await occurrences('cancelled')).toHaveLength(3);
    expect(await redis.keys('*schedule*')).toEqual([]);
  });
});

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
