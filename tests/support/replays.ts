import type { Redis } from 'ioredis';
import type { ReplayDeadLetters, ReplayPlan } from '../../contracts/replay.ts';
import { drivePlan, type PlanDriver, type PlanMessage } from '../../functions/dead-letters/drive-plan.ts';
import { createPlanId } from '../../functions/dead-letters/plan-keys.ts';
import { PlanStore } from '../../functions/dead-letters/plan-store.ts';
import { selectDeadLetters } from '../../functions/dead-letters/select-dead-letters.ts';
import { PayloadStore } from '../../functions/payloads/payload-store.ts';
import { taskTypes } from '../../functions/task-types/registry.ts';
import { timelineKey } from '../../functions/tasks/task-keys.ts';
import { findTask } from '../../functions/tasks/task-queries.ts';
import { TaskStore } from '../../functions/tasks/task-store.ts';
import { failOnce, makeDeadLetter, type DeadLetterOptions } from './dead-letters.ts';

/** Dead letters and plans to replay them on a real Redis, with workers and a clock that a test moves. */
export class ReplayWorld {
  now = Date.parse('2026-01-05T10:00:00Z');
  sent: string[] = [];
  inbox: PlanMessage[] = [];
  /** What the workers do with each replayed task, whose message they get: whenever the driver waits. */
  outcomeOf: (id: string) => 'completed' | 'dead-lettered' | 'cancelled' | undefined = () => 'completed';
  readonly redis: Redis;
  readonly driver: PlanDriver;

  constructor(redis: Redis) {
    this.redis = redis;
    let tokens = 0;
    this.driver = {
      redis,
      store: new TaskStore(redis, { now: () => this.now, limits: { window: 1_000_000 } }),
      plans: new PlanStore(redis, () => this.now),
      payloads: new PayloadStore({ redis, blobs: undefined, writeThrough: false, cacheMs: 1, redisLimitBytes: 10_000 }),
      taskTypes,
      payloadLimitBytes: 10_000,
      send: async ({ message }) => void this.sent.push(message.body as string),
      publish: () => undefined,
      sendPlan: async (planId, slice) => void this.inbox.push({ planId, slice }),
      pushProgress: () => undefined,
      log: () => undefined,
      createToken: () => `driver-${(tokens += 1)}`,
      wait: async (milliseconds) => {
        this.now += Math.ceil(milliseconds);
        await this.#work();
      },
      now: () => this.now,
    };
  }

  /** Workers: run what has been sent. */
  async #work(): Promise<void> {
    const { store } = this.driver;
    for (const id of this.sent.splice(0)) {
      const outcome = this.outcomeOf(id);
      if (outcome === undefined) continue;
      const { attempt } = (await findTask(this.redis, id))!;
      if (outcome === 'cancelled') await store.cancel(id);
      else if (outcome === 'dead-lettered') await failOnce(store, id, attempt + 1);
      else {
        await store.start(id, attempt + 1, 'worker', 30_000);
        await store.complete(id, 'worker', '1');
      }
    }
  }

  dead(options?: DeadLetterOptions): Promise<string> {
    return makeDeadLetter(this.driver.store, (this.now += 1), options);
  }

  async deadLetters(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) ids.push(await this.dead());
    return ids;
  }

  async begin(asked: Partial<ReplayDeadLetters> = { filter: {} }, owner?: string): Promise<ReplayPlan> {
    const { letters, refusals } = await selectDeadLetters(this.redis, asked, owner);
    const { canary, ratePerSecond, stopAtFailureRate, patch } = asked;
    const given = Object.entries({ ids: asked.ids?.length, canary, ratePerSecond, stopAtFailureRate, patch });
    const plan = await this.driver.plans.begin({
      id: createPlanId('operator', this.now),
      owner: 'operator',
      scope: owner,
      request: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
      taskIds: letters.map(({ id }) => id),
      refusals,
    });
    this.inbox.push({ planId: plan.id, slice: 1 });
    return plan;
  }

  /** Delivers messages of plans until there are none. */
  async drive(plan: ReplayPlan, drivenBy: PlanDriver = this.driver): Promise<ReplayPlan> {
    for (let message = this.inbox.shift(); message !== undefined; message = this.inbox.shift()) {
      this.now += 1;
      await drivePlan(drivenBy, message);
    }
    return (await this.driver.plans.find(plan.id))!;
  }

  async stateOf(id: string) {
    return (await findTask(this.redis, id))?.state;
  }

  async timesReplayed(id: string): Promise<number> {
    const events = await this.redis.lrange(timelineKey(id), 0, -1);
    return events.filter((event) => event.includes('"kind":"replayed"')).length;
  }
}
