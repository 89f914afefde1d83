import type { Redis } from 'ioredis';
import type { ReplayPlan } from '../../contracts/replay.ts';
import { ReplayWorld } from '../../tests/support/replays.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { prepareConnection } from '../azure/redis-scripts.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import { drivePlan, type PlanDriver, type PlanMessage } from './drive-plan.ts';
import type { PlanStore } from './plan-store.ts';
import { sweepPlans } from './sweep-plans.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => {
  redis = testRedis.connect({ isPipelined: true });
  prepareConnection(redis);
});

let world: ReplayWorld;
let driver: PlanDriver;
beforeEach(async () => {
  await redis.flushall();
  world = new ReplayWorld(redis);
  ({ driver } = world);
});

describe('a driver that dies', () => {
  /** Counts what the driver asks of the outside, and dies instead of, or right after, the k-th. */
  function dyingAt(step: number, when: 'before' | 'after'): PlanDriver {
    let left = step;
    const dying = <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) => {
      return async (...args: Args): Promise<T> => {
        left -= 1;
        if (left < 0 || (left === 0 && when === 'before')) throw new Error('killed');
        const result = await work(...args);
        if (left === 0) throw new Error('killed');
        return result;
      };
    };
    const { store, plans } = driver;
    return {
      ...driver,
      store: Object.assign(Object.create(store) as TaskStore, {
        replay: dying(store.replay.bind(store)),
        confirmSent: dying(store.confirmSent.bind(store)),
      }),
      plans: Object.assign(Object.create(plans) as PlanStore, {
        claim: dying(plans.claim.bind(plans)),
        record: dying(plans.record.bind(plans)),
        remaining: dying(plans.remaining.bind(plans)),
        outstanding: dying(plans.outstanding.bind(plans)),
        handOn: dying(plans.handOn.bind(plans)),
      }),
      send: dying(driver.send),
      sendPlan: dying(driver.sendPlan),
    };
  }

  /** What the broker does with a message whose receiver is gone, and what the sweepers do. */
  async function goOn(plan: ReplayPlan, unfinished: PlanMessage): Promise<ReplayPlan> {
    world.now += 30_000;
    world.inbox.push(unfinished);
    let state = await world.drive(plan);
    for (let rounds = 0; state.state === 'running' && rounds < 5; rounds += 1) {
      world.now += 60_000;
      await sweepTasksOf(state);
      await sweepPlans(driver);
      state = await world.drive(plan);
    }
    return state;
  }

  async function sweepTasksOf({ id }: ReplayPlan): Promise<void> {
    for (const task of await driver.plans.outstanding(id)) {
      const fields = await driver.store.resend(task.id);
      if (fields !== undefined) await driver.send({ queue: 'tasks', message: { body: fields.id } });
    }
  }

  it.each(['before', 'after'] as const)('%s any step is followed by one that loses nothing and doubles nothing', async (when) => {
    let died = true;
    let step = 0;
    for (step = 1; died; step += 1) {
      await redis.flushall();
      [world.sent, world.inbox, died] = [[], [], false];
      const ids = await world.deadLetters(7);
      const plan = await world.begin({ filter: {}, canary: 2, ratePerSecond: 40, patch: [{ op: 'add', path: '/delayMs', value: step }] });
      const message = world.inbox.shift()!;
      await drivePlan(dyingAt(step, when), message).catch((error: Error) => {
        died = true;
        expect(error.message).toBe('killed');
      });
      expect(await goOn(plan, message)).toMatchObject({
        state: 'completed', matched: 7, replayed: 7, completed: 7, skipped: 0, outstanding: 0, remaining: 0,
      });
      expect(await Promise.all(ids.map((id) => world.timesReplayed(id)))).toEqual(ids.map(() => 1));
      expect(new Set(await Promise.all(ids.map((id) => world.stateOf(id))))).toEqual(new Set(['completed']));
    }
    expect(step).toBeGreaterThan(30);
  }); // prettier-ignore

  it('finds a plan whose message was lost by the sweeper', async () => {
    await world.deadLetters(3);
    const plan = await world.begin();
    world.inbox = [];
    await sweepPlans(driver);
    expect(world.inbox).toEqual([]);
    world.now += 46_000;
    await sweepPlans(driver);
    expect(world.inbox).toEqual([{ planId: plan.id, slice: 2 }]);
    expect(await world.drive(plan)).toMatchObject({ state: 'completed', completed: 3 });
  });

  it('has its message for a slice that was handed on sent again', async () => {
    await world.deadLetters(1);
    const plan = await world.begin();
    await driver.plans.claim(plan.id, 1, 'dead', 15_000);
    await driver.plans.handOn(plan.id, 'dead', world.now);
    expect(await world.drive(plan)).toMatchObject({ state: 'completed' });
  });
});
