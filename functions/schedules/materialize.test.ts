import type { Redis } from 'ioredis';
import { everyTenSeconds, iso, ScheduleWorld } from '../../tests/support/schedules.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { materialize, materializeDue } from './materialize.ts';
import { parseRun } from './parse-schedule.ts';
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

describe('a visit of the timer', () => {
  it('submits what is due in the next half minute as scheduled tasks', async () => {
    const id = await world.create({ ...everyTenSeconds, tags: ['report'], priority: 'high' });
    await visit();
    const tasks = await world.runs();
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
    expect(await world.occurrences()).toEqual(['10', '20', '30', '40', '50'].map((second) => iso(`09:00:${second}`)));
  });

  it('leaves alone what is due later', async () => {
    const id = await world.create({ ...everyTenSeconds, cron: '0 10 * * *' });
    await visit();
    expect(await world.runs()).toEqual([]);
    world.now = Date.parse(iso('09:59:30'));
    await visit();
    expect(await world.occurrences()).toEqual([iso('10:00:00')]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ nextRunAt: iso('10:00:00') });
  });

  it('goes on with the next run when one cannot be submitted, and says why until one can', async () => {
    const id = await world.create(everyTenSeconds);
    const refused = { code: 'invalid-request', message: expect.stringMatching(/\/type: There is no task type "echo"/) };
    await materialize(world.materializing(redis, { taskTypes: new Map() }), id);
    expect(await world.runs()).toEqual([]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ lastError: refused });
    world.now += 10_000;
    await visit();
    expect(await world.occurrences()).toEqual([iso('09:00:40')]);
    expect((await findSchedule(redis, id, world.now))!.lastError).toBeUndefined();
  });

  it('tries again as long as the owner has too much waiting', async () => {
    const id = await world.create(everyTenSeconds);
    await materialize(world.materializing(redis, { store: world.tasks(redis, 0) }), id);
    expect(await world.runs()).toEqual([]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ lastError: { code: 'too-many-requests' } });
    await visit();
    expect(await world.occurrences()).toEqual([iso('09:00:10'), iso('09:00:20'), iso('09:00:30')]);
  });

  it('leaves a run in the outbox whose message cannot be sent', async () => {
    const id = await world.create({ ...everyTenSeconds, cron: '10 * * * * *' });
    const down = () => Promise.reject(new Error('no broker'));
    await materialize(world.materializing(redis, { send: down }), id);
    const [task] = await world.runs();
    expect(task).toMatchObject({ state: 'scheduled', scheduledFor: iso('09:00:10') });
    expect(await world.tasks().resend(task!.id)).toMatchObject({ id: task!.id });
  });

  it('counts the expiry of a run from its time', async () => {
    await world.create({ ...everyTenSeconds, expiresIn: 'PT1M' });
    await visit();
    expect((await world.runs())[0]).toMatchObject({ scheduledFor: iso('09:00:10'), expiresAt: iso('09:01:10') });
  });
});

it('a schedule made right before a run is due runs it late', async () => {
  world.now = Date.parse(iso('09:00:09')) + 950;
  await world.create({ ...everyTenSeconds, missedRuns: 'skip' });
  world.now += 100;
  await visit();
  expect(await world.occurrences('scheduled')).toEqual(
    ['10', '20', '30', '40'].map((second) => iso(`09:00:${second}`)),
  );
});

describe('after the app was down', () => {
  const missed = async (missedRuns: 'skip' | 'last' | 'all') => {
    await world.create({ ...everyTenSeconds, missedRuns });
    world.now += 45_000;
    await visit();
    return world.occurrences();
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
    expect(await world.runs()).toEqual([]);
    expect(await findSchedule(redis, id, world.now)).toMatchObject({ nextRunAt: '2026-11-22T10:00:00.000Z' });
    expect(await redis.zrangebyscore(`{amo:${id.slice(-1)}}:schedules-due`, '-inf', world.now)).toEqual([]);
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
    await schedules.update(id, undefined, world.change({}));
    expect(await submitFrom(id)).toEqual({ outcome: 'moved' });
  });

  it('for a time whose run has started', async () => {
    world.skewMs = 500;
    const id = await world.create(everyTenSeconds);
    await visit();
    world.now = occurrence - 100;
    await world.tasks().start((await world.runs())[0]!.id, 1, 'token', 15_000);
    await world.pause(id);
    await schedules.resume(id, undefined, { firstRunAt: occurrence, now: world.now });
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
