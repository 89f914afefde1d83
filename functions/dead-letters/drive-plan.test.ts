import type { Redis } from 'ioredis';
import type { ReplayDeadLetters, ReplayPlan } from '../../contracts/replay.ts';
import { failOnce, makeDeadLetter, type DeadLetterOptions } from '../../tests/support/dead-letters.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { PayloadStore } from '../payloads/payload-store.ts';
import { taskTypes } from '../task-types/registry.ts';
import { prepareConnection } from '../azure/redis-scripts.ts';
import { taskKey, timelineKey } from '../tasks/task-keys.ts';
import { findTask } from '../tasks/task-queries.ts';
import { TaskStore } from '../tasks/task-store.ts';
import { drivePlan, type PlanDriver, type PlanMessage } from './drive-plan.ts';
import { createPlanId } from './plan-keys.ts';
import { PlanStore } from './plan-store.ts';
import { selectDeadLetters } from './select-dead-letters.ts';
import { sweepPlans } from './sweep-plans.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();

let now: number;
let sent: string[];
let inbox: PlanMessage[];
let driver: PlanDriver;
/** What the workers do with each replayed task, whose message they get: see `work`. */
let outcomeOf: (id: string) => 'completed' | 'dead-lettered' | 'cancelled' | undefined;

beforeAll(() => {
  redis = testRedis.connect({ isPipelined: true });
  prepareConnection(redis);
});
beforeEach(async () => {
  await redis.flushall();
  now = Date.parse('2026-01-05T10:00:00Z');
  [sent, inbox] = [[], []];
  outcomeOf = () => 'completed';
  let tokens = 0;
  driver = {
    redis,
    store: new TaskStore(redis, { now: () => now, limits: { window: 1_000_000 } }),
    plans: new PlanStore(redis, () => now),
    payloads: new PayloadStore({ redis, blobs: undefined, writeThrough: false, cacheMs: 1, redisLimitBytes: 10_000 }),
    taskTypes,
    payloadLimitBytes: 10_000,
    send: async ({ message }) => void sent.push(message.body as string),
    publish: () => undefined,
    sendPlan: async (planId, slice) => void inbox.push({ planId, slice }),
    pushProgress: () => undefined,
    log: () => undefined,
    createToken: () => `driver-${(tokens += 1)}`,
    wait: async (milliseconds) => {
      now += Math.ceil(milliseconds);
      await work();
    },
    now: () => now,
  };
});

/** Workers: run what has been sent. */
async function work(): Promise<void> {
  for (const id of sent.splice(0)) {
    const outcome = outcomeOf(id);
    if (outcome === undefined) continue;
    const { attempt } = (await findTask(redis, id))!;
    if (outcome === 'cancelled') await driver.store.cancel(id);
    else if (outcome === 'dead-lettered') await failOnce(driver.store, id, attempt + 1);
    else {
      await driver.store.start(id, attempt + 1, 'worker', 30_000);
      await driver.store.complete(id, 'worker', '1');
    }
  }
}

const dead = (options?: DeadLetterOptions) => makeDeadLetter(driver.store, (now += 1), options);

async function deadLetters(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await dead());
  return ids;
}

async function begin(asked: Partial<ReplayDeadLetters> = { filter: {} }, owner?: string): Promise<ReplayPlan> {
  const { letters, refusals } = await selectDeadLetters(redis, asked, owner);
  const { canary, ratePerSecond, stopAtFailureRate, patch } = asked;
  const given = Object.entries({ ids: asked.ids?.length, canary, ratePerSecond, stopAtFailureRate, patch });
  const plan = await driver.plans.begin({
    id: createPlanId('operator', now),
    owner: 'operator',
    scope: owner,
    request: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    taskIds: letters.map(({ id }) => id),
    refusals,
  });
  inbox.push({ planId: plan.id, slice: 1 });
  return plan;
}

/** Delivers messages of plans until there are none. */
async function drive(plan: ReplayPlan, drivenBy: PlanDriver = driver): Promise<ReplayPlan> {
  for (let message = inbox.shift(); message !== undefined; message = inbox.shift()) {
    now += 1;
    await drivePlan(drivenBy, message);
  }
  return (await driver.plans.find(plan.id))!;
}

const stateOf = async (id: string) => (await findTask(redis, id))?.state;
const timesReplayed = async (id: string) =>
  (await redis.lrange(timelineKey(id), 0, -1)).filter((event) => event.includes('"kind":"replayed"')).length;

it('leaves alone what somebody discards before it comes to that, unless it was named', async () => {
  const [first, second] = await deadLetters(2);
  const note = { reason: 'paid by hand', by: 'ada', at: new Date(now).toISOString() };
  const byFilter = await begin();
  await driver.store.discard(second!, note);
  expect(await drive(byFilter)).toMatchObject({ state: 'completed', replayed: 1, skippedReasons: { 'not-dead-lettered': 1 } });
  expect([await stateOf(first!), await stateOf(second!)]).toEqual(['completed', 'dead-lettered']);
  expect(await drive(await begin({ ids: [second!] }))).toMatchObject({ replayed: 1, completed: 1 });
}); // prettier-ignore

it('replays all that it matched, oldest first, and completes when the last has ended', async () => {
  const ids = await deadLetters(250);
  const order: string[] = [];
  const { send } = driver;
  const plan = await drive(await begin(), {
    ...driver,
    send: (one) => (order.push(one.message.body as string), send(one)),
  });
  expect(plan).toMatchObject({
    state: 'completed', matched: 250, replayed: 250, completed: 250, failed: 0, skipped: 0, outstanding: 0, remaining: 0,
  }); // prettier-ignore
  expect(plan.finishedAt).toBeDefined();
  expect(order).toEqual(ids);
});

it('counts what failed again, what was cancelled, and what it left, with the reason', async () => {
  const [again, gone, moved] = await deadLetters(4);
  const bobs = await dead({ owner: 'bob' });
  outcomeOf = (id) => (id === again ? 'dead-lettered' : id === gone ? 'cancelled' : 'completed');
  const plan = await begin(
    { ids: [...(await selectDeadLetters(redis, { filter: {} }, undefined)).letters.map(({ id }) => id)] },
    'ada',
  );
  await driver.store.replay(moved!);
  expect(await drive(plan)).toMatchObject({
    state: 'completed', matched: 5, replayed: 3, completed: 1, failed: 1, cancelled: 1, skipped: 2,
    skippedReasons: { 'not-found': 1, 'not-dead-lettered': 1 },
    refusals: [{ id: bobs, reason: 'not-found' }, { id: moved, reason: 'not-dead-lettered', detail: expect.stringContaining('queued') }],
  }); // prettier-ignore
  expect(await timesReplayed(bobs)).toBe(0);
});

it('completes at once when nothing matches', async () => {
  expect(await begin()).toMatchObject({ state: 'completed', matched: 0 });
});

describe('with a canary', () => {
  it('waits for its outcomes before it goes on', async () => {
    await deadLetters(30);
    outcomeOf = () => undefined;
    const plan = await begin({ filter: {}, canary: 10 });
    const held: string[] = [];
    const waiting = { ...driver, sendPlan: async (_id: string, slice: number) => void held.push(String(slice)) };
    expect(await drive(plan, waiting)).toMatchObject({ state: 'running', waitingFor: 'canary', replayed: 10, remaining: 20 });
    outcomeOf = () => 'completed';
    sent = (await driver.plans.outstanding(plan.id)).map(({ id }) => id);
    now += 60_000;
    inbox.push({ planId: plan.id, slice: Number(held[0]) });
    expect(await drive(plan)).toMatchObject({ state: 'completed', completed: 30 });
  }); // prettier-ignore

  it('stops when too many of it fail again, and leaves the rest alone', async () => {
    const ids = await deadLetters(30);
    outcomeOf = (id) => (ids.indexOf(id) % 2 === 0 ? 'dead-lettered' : 'completed');
    const plan = await drive(await begin({ filter: {}, canary: 10, stopAtFailureRate: 0.3 }));
    expect(plan).toMatchObject({ state: 'stopped', replayed: 10, completed: 5, failed: 5, remaining: 20 });
    expect(plan.reason).toMatch(/of the canary of 10 failed again, which is more than 30 %/);
    for (const id of ids.slice(10)) expect(await timesReplayed(id)).toBe(0);
  });
});

it('stops when too many fail again, and counts what is still under way', async () => {
  await deadLetters(300);
  outcomeOf = () => 'dead-lettered';
  const plan = await drive(await begin({ filter: {}, ratePerSecond: 100, stopAtFailureRate: 0.5 }));
  expect(plan).toMatchObject({ state: 'stopped', completed: 0, outstanding: 0 });
  expect(plan.failed).toBe(plan.replayed);
  expect(plan.replayed).toBeLessThan(100);
});

it.each(['stop', 'pause'] as const)('follows what it had in hand when somebody asked to %s it', async (action) => {
  const ids = await deadLetters(3);
  const plan = await begin();
  const busy: PlanDriver = {
    ...driver,
    send: async (message) => {
      await driver.plans.control(plan.id, action, undefined);
      await driver.send(message);
    },
  };
  const ended = await drive(plan, busy);
  expect(ended).toMatchObject({ replayed: 3, completed: 3, outstanding: 0, remaining: 0 });
  expect(await Promise.all(ids.map(stateOf))).toEqual(ids.map(() => 'completed'));
});

it('keeps to its rate', async () => {
  await deadLetters(120);
  const began = now;
  expect(await drive(await begin({ filter: {}, ratePerSecond: 20 }))).toMatchObject({ state: 'completed', completed: 120 });
  expect(now - began).toBeGreaterThan(5_500);
  expect(now - began).toBeLessThan(8_000);
}); // prettier-ignore

it('hands a long plan on from slice to slice', async () => {
  await deadLetters(100);
  const slices: number[] = [];
  const counting = { ...driver, sendPlan: (id: string, slice: number, at?: number) => (slices.push(slice), driver.sendPlan(id, slice, at)) };
  expect(await drive(await begin({ filter: {}, ratePerSecond: 1 }), counting)).toMatchObject({ completed: 100 });
  expect(slices).toEqual(slices.map((_, i) => i + 2));
  expect(slices.length).toBeGreaterThan(1);
}); // prettier-ignore

describe('pausing', () => {
  it('replays nothing more, and goes on where it was', async () => {
    await deadLetters(60);
    const plan = await begin({ filter: {}, ratePerSecond: 10 });
    const { wait } = driver;
    let paused = false;
    const pausing = {
      ...driver,
      wait: async (milliseconds: number) => {
        if (!paused) await driver.plans.control(plan.id, 'pause', 'operator');
        paused = true;
        await wait(milliseconds);
      },
    };
    const halted = await drive(plan, pausing);
    expect(halted).toMatchObject({ state: 'paused', outstanding: 0 });
    expect(halted.remaining).toBeGreaterThan(50);
    await driver.plans.control(plan.id, 'resume', 'operator');
    const slice = await driver.plans.handOn(plan.id, undefined, now);
    inbox.push({ planId: plan.id, slice: slice! });
    expect(await drive(plan)).toMatchObject({ state: 'completed', completed: 60 });
  });

  it('is for its owner and operators, and for plans that are not over', async () => {
    await deadLetters(1);
    const plan = await begin();
    expect(await driver.plans.control(plan.id, 'pause', 'bob')).toBeUndefined();
    expect(await driver.plans.control(plan.id, 'stop', undefined, 'Enough')).toMatchObject({
      outcome: 'done', plan: { state: 'stopped', reason: 'Enough' },
    }); // prettier-ignore
    expect(await driver.plans.control(plan.id, 'resume', 'operator')).toMatchObject({ outcome: 'forbidden-state' });
    expect(await drive(plan)).toMatchObject({ state: 'stopped', replayed: 0 });
  });
});

it('lists plans, newest first, of one owner or of all', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1, now += 1) ids.unshift((await begin()).id);
  expect((await driver.plans.list('operator', 2)).plans.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  expect(await driver.plans.list(undefined, 2, ids[1])).toMatchObject({ plans: [{ id: ids[2] }], more: false });
  expect((await driver.plans.list('bob', 2)).plans).toEqual([]);
});

describe('with a patch', () => {
  const patch: ReplayDeadLetters['patch'] = [
    { op: 'test', path: '/failures', value: 3 },
    { op: 'remove', path: '/failures' },
  ];

  it('edits each payload, keeps the original, and tells who did what', async () => {
    const id = await dead({ payload: { message: 'Hello', failures: 3 } });
    const other = await dead({ payload: { message: 'Hello' } });
    const plan = await drive(await begin({ filter: {}, patch }));
    expect(plan).toMatchObject({ completed: 1, skippedReasons: { 'patch-failed': 1 }, refusals: [{ id: other }] });
    expect(String(await driver.payloads.read(id))).toBe('{"message":"Hello"}');
    const originals = driver.payloads as PayloadStore;
    expect(String(await originals.readOriginal(id))).toBe('{"message":"Hello","failures":3}');
    expect(await findTask(redis, id)).toMatchObject({
      payloadBytes: 19, replays: 1, edited: { by: 'operator', patch, at: expect.any(String) },
    }); // prettier-ignore
    expect(await stateOf(other)).toBe('dead-lettered');
  });

  it('keeps the very first payload over several edits', async () => {
    const id = await dead({ payload: { message: 1 } });
    outcomeOf = () => 'dead-lettered';
    for (const value of [2, 3]) {
      await drive(await begin({ ids: [id], patch: [{ op: 'replace', path: '/message', value }] }));
    }
    expect(String(await driver.payloads.read(id))).toBe('{"message":3}');
    expect(String(await (driver.payloads as PayloadStore).readOriginal(id))).toBe('{"message":1}');
  });

  it('tells of a payload that is damaged, and replays the others', async () => {
    const [damaged, sound] = [await dead({ payloadSha256: 'not its hash' }), await dead()];
    const plan = await drive(await begin({ filter: {}, patch: [{ op: 'add', path: '/delayMs', value: 1 }] }));
    expect(plan).toMatchObject({ completed: 1, skipped: 1, refusals: [{ id: damaged, reason: 'payload-corrupt' }] });
    expect(await stateOf(sound)).toBe('completed');
  });

  it('does not lose an edit that somebody else made meanwhile', async () => {
    const id = await dead({ payload: { message: 1 } });
    const plan = await begin({ ids: [id], patch: [{ op: 'add', path: '/delayMs', value: 1 }] });
    const prepareEdit: PlanDriver['payloads']['prepareEdit'] = async (task) => {
      await redis.hincrby(taskKey(id), 'edits', 1);
      racing.payloads = driver.payloads;
      return driver.payloads.prepareEdit(task);
    };
    const racing = { ...driver, payloads: { read: driver.payloads.read.bind(driver.payloads), prepareEdit } };
    expect(await drive(plan, racing)).toMatchObject({ completed: 1 });
  });
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
    now += 30_000;
    inbox.push(unfinished);
    let state = await drive(plan);
    for (let rounds = 0; state.state === 'running' && rounds < 5; rounds += 1) {
      now += 60_000;
      await sweepTasksOf(state);
      await sweepPlans(driver);
      state = await drive(plan);
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
      [sent, inbox, died] = [[], [], false];
      const ids = await deadLetters(7);
      const plan = await begin({ filter: {}, canary: 2, ratePerSecond: 40, patch: [{ op: 'add', path: '/delayMs', value: step }] });
      const message = inbox.shift()!;
      await drivePlan(dyingAt(step, when), message).catch((error: Error) => {
        died = true;
        expect(error.message).toBe('killed');
      });
      expect(await goOn(plan, message)).toMatchObject({
        state: 'completed', matched: 7, replayed: 7, completed: 7, skipped: 0, outstanding: 0, remaining: 0,
      });
      expect(await Promise.all(ids.map(timesReplayed))).toEqual(ids.map(() => 1));
      expect(new Set(await Promise.all(ids.map(stateOf)))).toEqual(new Set(['completed']));
    }
    expect(step).toBeGreaterThan(30);
  }); // prettier-ignore

  it('finds a plan whose message was lost by the sweeper', async () => {
    await deadLetters(3);
    const plan = await begin();
    inbox = [];
    await sweepPlans(driver);
    expect(inbox).toEqual([]);
    now += 46_000;
    await sweepPlans(driver);
    expect(inbox).toEqual([{ planId: plan.id, slice: 2 }]);
    expect(await drive(plan)).toMatchObject({ state: 'completed', completed: 3 });
  });

  it('has its message for a slice that was handed on sent again', async () => {
    await deadLetters(1);
    const plan = await begin();
    await driver.plans.claim(plan.id, 1, 'dead', 15_000);
    await driver.plans.handOn(plan.id, 'dead', now);
    expect(await drive(plan)).toMatchObject({ state: 'completed' });
  });
});
