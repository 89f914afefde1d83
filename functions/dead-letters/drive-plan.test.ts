import type { Redis } from 'ioredis';
import { ReplayWorld } from '../../tests/support/replays.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { prepareConnection } from '../azure/redis-scripts.ts';
import type { PlanDriver } from './drive-plan.ts';
import { selectDeadLetters } from './select-dead-letters.ts';

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

it('leaves alone what somebody discards before it comes to that, unless it was named', async () => {
  const [first, second] = await world.deadLetters(2);
  const note = { reason: 'paid by hand', by: 'ada', at: new Date(world.now).toISOString() };
  const byFilter = await world.begin();
  await driver.store.discard(second!, note);
  expect(await world.drive(byFilter)).toMatchObject({ state: 'completed', replayed: 1, skippedReasons: { 'not-dead-lettered': 1 } });
  expect([await world.stateOf(first!), await world.stateOf(second!)]).toEqual(['completed', 'dead-lettered']);
  expect(await world.drive(await world.begin({ ids: [second!] }))).toMatchObject({ replayed: 1, completed: 1 });
}); // prettier-ignore

it('replays all that it matched, oldest first, and completes when the last has ended', async () => {
  const ids = await world.deadLetters(250);
  const order: string[] = [];
  const { send } = driver;
  const plan = await world.drive(await world.begin(), {
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
  const [again, gone, moved] = await world.deadLetters(4);
  const bobs = await world.dead({ owner: 'bob' });
  world.outcomeOf = (id) => (id === again ? 'dead-lettered' : id === gone ? 'cancelled' : 'completed');
  const plan = await world.begin(
    { ids: [...(await selectDeadLetters(redis, { filter: {} }, undefined)).letters.map(({ id }) => id)] },
    'ada',
  );
  await driver.store.replay(moved!);
  expect(await world.drive(plan)).toMatchObject({
    state: 'completed', matched: 5, replayed: 3, completed: 1, failed: 1, cancelled: 1, skipped: 2,
    skippedReasons: { 'not-found': 1, 'not-dead-lettered': 1 },
    refusals: [{ id: bobs, reason: 'not-found' }, { id: moved, reason: 'not-dead-lettered', detail: expect.stringContaining('queued') }],
  }); // prettier-ignore
  expect(await world.timesReplayed(bobs)).toBe(0);
});

it('completes at once when nothing matches', async () => {
  expect(await world.begin()).toMatchObject({ state: 'completed', matched: 0 });
});

describe('with a canary', () => {
  it('waits for its outcomes before it goes on', async () => {
    await world.deadLetters(30);
    world.outcomeOf = () => undefined;
    const plan = await world.begin({ filter: {}, canary: 10 });
    const held: string[] = [];
    const waiting = { ...driver, sendPlan: async (_id: string, slice: number) => void held.push(String(slice)) };
    expect(await world.drive(plan, waiting)).toMatchObject({ state: 'running', waitingFor: 'canary', replayed: 10, remaining: 20 });
    world.outcomeOf = () => 'completed';
    world.sent = (await driver.plans.outstanding(plan.id)).map(({ id }) => id);
    world.now += 60_000;
    world.inbox.push({ planId: plan.id, slice: Number(held[0]) });
    expect(await world.drive(plan)).toMatchObject({ state: 'completed', completed: 30 });
  }); // prettier-ignore

  it('stops when too many of it fail again, and leaves the rest alone', async () => {
    const ids = await world.deadLetters(30);
    world.outcomeOf = (id) => (ids.indexOf(id) % 2 === 0 ? 'dead-lettered' : 'completed');
    const plan = await world.drive(await world.begin({ filter: {}, canary: 10, stopAtFailureRate: 0.3 }));
    expect(plan).toMatchObject({ state: 'stopped', replayed: 10, completed: 5, failed: 5, remaining: 20 });
    expect(plan.reason).toMatch(/of the canary of 10 failed again, which is more than 30 %/);
    for (const id of ids.slice(10)) expect(await world.timesReplayed(id)).toBe(0);
  });
});

it('stops when too many fail again, and counts what is still under way', async () => {
  await world.deadLetters(300);
  world.outcomeOf = () => 'dead-lettered';
  const plan = await world.drive(await world.begin({ filter: {}, ratePerSecond: 100, stopAtFailureRate: 0.5 }));
  expect(plan).toMatchObject({ state: 'stopped', completed: 0, outstanding: 0 });
  expect(plan.failed).toBe(plan.replayed);
  expect(plan.replayed).toBeLessThan(100);
});

it.each(['stop', 'pause'] as const)('follows what it had in hand when somebody asked to %s it', async (action) => {
  const ids = await world.deadLetters(3);
  const plan = await world.begin();
  const busy: PlanDriver = {
    ...driver,
    send: async (message) => {
      await driver.plans.control(plan.id, action, undefined);
      await driver.send(message);
    },
  };
  const ended = await world.drive(plan, busy);
  expect(ended).toMatchObject({ replayed: 3, completed: 3, outstanding: 0, remaining: 0 });
  expect(await Promise.all(ids.map((id) => world.stateOf(id)))).toEqual(ids.map(() => 'completed'));
});

it('keeps to its rate', async () => {
  await world.deadLetters(120);
  const began = world.now;
  expect(await world.drive(await world.begin({ filter: {}, ratePerSecond: 20 }))).toMatchObject({ state: 'completed', completed: 120 });
  expect(world.now - began).toBeGreaterThan(5_500);
  expect(world.now - began).toBeLessThan(8_000);
}); // prettier-ignore

it('hands a long plan on from slice to slice', async () => {
  await world.deadLetters(100);
  const slices: number[] = [];
  const counting = { ...driver, sendPlan: (id: string, slice: number, at?: number) => (slices.push(slice), driver.sendPlan(id, slice, at)) };
  expect(await world.drive(await world.begin({ filter: {}, ratePerSecond: 1 }), counting)).toMatchObject({ completed: 100 });
  expect(slices).toEqual(slices.map((_, i) => i + 2));
  expect(slices.length).toBeGreaterThan(1);
}); // prettier-ignore

describe('pausing', () => {
  it('replays nothing more, and goes on where it was', async () => {
    await world.deadLetters(60);
    const plan = await world.begin({ filter: {}, ratePerSecond: 10 });
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
    const halted = await world.drive(plan, pausing);
    expect(halted).toMatchObject({ state: 'paused', outstanding: 0 });
    expect(halted.remaining).toBeGreaterThan(50);
    await driver.plans.control(plan.id, 'resume', 'operator');
    const slice = await driver.plans.handOn(plan.id, undefined, world.now);
    world.inbox.push({ planId: plan.id, slice: slice! });
    expect(await world.drive(plan)).toMatchObject({ state: 'completed', completed: 60 });
  });

  it('is for its owner and operators, and for plans that are not over', async () => {
    await world.deadLetters(1);
    const plan = await world.begin();
    expect(await driver.plans.control(plan.id, 'pause', 'bob')).toBeUndefined();
    expect(await driver.plans.control(plan.id, 'stop', undefined, 'Enough')).toMatchObject({
      outcome: 'done', plan: { state: 'stopped', reason: 'Enough' },
    }); // prettier-ignore
    expect(await driver.plans.control(plan.id, 'resume', 'operator')).toMatchObject({ outcome: 'forbidden-state' });
    expect(await world.drive(plan)).toMatchObject({ state: 'stopped', replayed: 0 });
  });
});

it('lists plans, newest first, of one owner or of all', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1, world.now += 1) ids.unshift((await world.begin()).id);
  expect((await driver.plans.list('operator', 2)).plans.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  expect(await driver.plans.list(undefined, 2, ids[1])).toMatchObject({ plans: [{ id: ids[2] }], more: false });
  expect((await driver.plans.list('bob', 2)).plans).toEqual([]);
});
