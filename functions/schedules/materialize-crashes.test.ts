import * as fc from 'fast-check';
import type { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import { type Death, Killed, Life } from '../../tests/support/mortal.ts';
import { everyTenSeconds, ScheduleWorld } from '../../tests/support/schedules.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { dispatch } from '../tasks/dispatch.ts';
import { listTasks } from '../tasks/task-queries.ts';
import { materialize, materializeDue, type Materializing } from './materialize.ts';
import { ScheduleStore } from './schedule-store.ts';

/** The lives it goes through; more are worth their time after a change of the mechanism. */
const numRuns = Number(process.env['SCHEDULE_RUNS'] ?? 25);
jest.setTimeout(Math.max(120_000, numRuns * 2_000));

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect({ isPipelined: true })));

type Change = 'pause' | 'resume' | 'edit';
type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'work' }
  | { readonly do: 'visit'; readonly deaths: (Death | undefined)[] }
  | {
      readonly do: Change;
      readonly death: Death | undefined;
      /** Dies, or not, while the change is made. */ readonly visits: (Death | undefined)[];
    };

const death = fc.option(
  fc.record({ at: fc.integer({ min: 1, max: 25 }), when: fc.constantFrom('before' as const, 'after' as const) }),
  { nil: undefined },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 25_000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('work' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('visit' as const),
      deaths: fc.array(death, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('pause' as const, 'resume' as const, 'edit' as const),
      death,
      visits: fc.array(death, { maxLength: 2 }),
    }),
  },
);

/** One schedule that runs every ten seconds, what happens to it, and what may be said about its runs. */
class Run {
  readonly world = new ScheduleWorld(redis);
  readonly schedules = new ScheduleStore(redis);
  readonly startsByOccurrence = new Map<string, number>();
  id = '';
  /** From when on each time has to have its run: since the schedule was created or last resumed. */
  activeSince = 0;
  surelyPaused = false;
  readonly #order: fc.Scheduler;

  constructor(order: fc.Scheduler) {
    this.#order = order;
  }

  async begin(skewMs: number): Promise<void> {
    await redis.flushall();
    this.world.skewMs = skewMs;
    this.activeSince = this.world.now;
    this.id = await this.world.create(everyTenSeconds);
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'wait':
        this.world.now += step.ms;
        return;
      case 'work':
        return this.work();
      case 'visit':
        return this.atOnce(this.visits(step.deaths));
      default:
        return this.change(step);
    }
  }

  visits(deaths: readonly (Death | undefined)[]): Promise<unknown>[] {
    return deaths.map((death) => this.live(death, (process) => materializeDue(process)));
  }

  async atOnce(lives: Promise<unknown>[]): Promise<void> {
    await this.#order.waitFor(Promise.all(lives));
  }

  /** A process does something, and may die over it. @returns whether it came to its end */
  async live(death: Death | undefined, work: (process: Materializing) => Promise<void>): Promise<boolean> {
    const life = new Life(death, () => this.#order.schedule(Promise.resolve()));
    const send: Materializing['send'] = (message) => life.do(async () => void this.world.sent.push(message));
    const process = this.world.materializing(life.redis(redis), { send });
    await work(process).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    return !life.isOver;
  }

  async change({ do: kind, death, visits }: Extract<Step, { do: Change }>): Promise<void> {
    const wasPaused = (await this.schedules.read(this.id))!.paused !== undefined;
    let done = false;
    const change = this.live(death, (process) => this.make(kind, process)).then((ended) => (done = ended));
    await this.atOnce([change, ...this.visits(visits)]);
    const isPaused = (await this.schedules.read(this.id))!.paused !== undefined;
    if (wasPaused && !isPaused) this.activeSince = this.world.now;
    this.surelyPaused = isPaused && (this.surelyPaused || (kind === 'pause' && done));
    if (this.surelyPaused) expect(await this.tasks('scheduled')).toEqual([]);
  }

  async make(kind: Change, process: Materializing): Promise<void> {
    const firstRunAt = this.world.firstRunAt(everyTenSeconds);
    if (kind === 'pause') await process.schedules.pause(this.id, undefined);
    if (kind === 'resume') await process.schedules.resume(this.id, undefined, { firstRunAt, now: this.world.now });
    if (kind === 'edit') {
      await materialize(process, this.id);
      const definition = JSON.stringify(everyTenSeconds);
      await process.schedules.update(this.id, undefined, { definition, firstRunAt, now: this.world.now });
    }
    await materialize(process, this.id);
  }

  /** Workers get every message that is due; each is delivered twice. */
  async work(): Promise<void> {
    const store = this.world.tasks();
    const redisNow = this.world.now + this.world.skewMs;
    const due = this.world.sent.filter(({ message }) => Number(message.scheduledEnqueueTimeUtc ?? 0) <= redisNow);
    for (const { message } of [...due, ...due]) {
      const started = await store.start(message.body as string, 1, `token-${String(message.messageId)}`, 15_000);
      if (started.outcome !== 'started' || started.events.length === 0) continue;
      const { run } = JSON.parse(started.fields.details!) as { run: { occurrenceAt: number } };
      const occurrence = new Date(run.occurrenceAt).toISOString();
      this.startsByOccurrence.set(occurrence, (this.startsByOccurrence.get(occurrence) ?? 0) + 1);
      await store.complete(message.body as string, started.fields.leaseToken!, '{}');
    }
  }

  async tasks(state?: Task['state']): Promise<Task[]> {
    return (await listTasks(redis, { limit: 500, ...(state && { states: [state] }) })).tasks;
  }

  /** Processes live on undisturbed; what is due by now has been done. */
  async end(): Promise<void> {
    await this.take({ do: 'visit', deaths: [undefined] });
    const outbox = await redis.zrange(`{amo:${this.id.slice(-1)}}:outbox`, '0', '-1');
    for (const id of outbox) {
      const fields = await this.world.tasks().resend(id);
      if (fields) await dispatch(this.world.materializing(), fields, 1, Number(fields.scheduledFor));
    }
    this.world.now += 10_000;
    await this.work();
  }
}

/** Every ten seconds after `from`, up to and with `to`. */
function tenSeconds(from: number, to: number): string[] {
  const times: string[] = [];
  for (let time = Math.floor(from / 10_000) * 10_000 + 10_000; time <= to; time += 10_000) {
    times.push(new Date(time).toISOString());
  }
  return times;
}

it('loses no run and makes none twice, whatever dies where', async () => {
  const skew = fc.integer({ min: -900, max: 900 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 20 }),
      skew,
      fc.scheduler(),
      async (steps, skewMs, order) => {
        const run = new Run(order);
        await run.begin(skewMs);
        for (const one of steps) await run.take(one);
        await run.end();

        const doubled = [...run.startsByOccurrence].filter(([, starts]) => starts > 1);
        expect(doubled).toEqual([]);
        const isPaused = (await run.schedules.read(run.id))!.paused !== undefined;
        if (isPaused) return;
        const due = run.world.now + Math.min(0, run.world.skewMs);
        const lost = tenSeconds(run.activeSince, due).filter((time) => !run.startsByOccurrence.has(time));
        expect(lost).toEqual([]);
      },
    ),
    { numRuns },
  );
});
