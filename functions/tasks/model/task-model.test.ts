import * as fc from 'fast-check';
import type { Redis } from 'ioredis';
import { taskStates, type TaskState } from '../../../contracts/task-states.ts';
import { useTestRedis } from '../../../tests/support/test-redis.ts';
import { readOwnerEvents } from '../../events/event-store.ts';
import { createTaskId } from '../task-id.ts';
import { ownerIndexKey, partitionIndexKey, taskKey, waitingKey } from '../task-keys.ts';
import { isFinished, transitions } from '../task-lifecycle.ts';
import { TaskStore } from '../task-store.ts';
import * as model from './task-model.ts';

let redis: Redis;
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect({ isPipelined: true })));

const owner = 'ada';
const leaseMs = 1_000;
const tasksInAWorld = 2;
const error = { code: 'boom', message: 'It broke.' };

/** The scripts and the model side by side, under one clock. */
class World {
  now = Date.parse('2026-01-05T10:00:00Z');
  readonly store: TaskStore;
  readonly ids = Array.from({ length: tasksInAWorld }, () => createTaskId(owner, this.now));
  readonly tasks: model.ModelTask[] = this.ids.map(() => model.noTask);
  readonly kinds: string[][] = this.ids.map(() => []);
  /** Lease tokens of each task, latest first: workers that were too slow still have theirs. */
  readonly tokens: string[][] = this.ids.map(() => ['none']);

  constructor() {
    this.store = new TaskStore(redis, { now: () => this.now });
  }

  token(n: number, back: number): string {
    return this.tokens[n]![Math.min(back, this.tokens[n]!.length - 1)]!;
  }

  /** Attempt that a message is for: the coming one, or one before it when the message is stale or came twice. */
  messageAttempt(n: number, back: number): number {
    return Math.max(1, this.tasks[n]!.attempt + 1 - back);
  }
}

interface Command {
  /** For the report of a failure. */
  readonly name: string;
  readonly n: number;
  readonly expected: (world: World, task: model.ModelTask) => model.Step;
  readonly actual: (world: World, id: string) => Promise<string>;
}

const task = fc.nat({ max: tasksInAWorld - 1 });
const back = fc.constantFrom(0, 0, 0, 1, 2);

const acceptances = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  runsAtMostOnce: fc.boolean(),
  laterBy: fc.option(fc.constantFrom(300, 5_000)),
  expiresIn: fc.option(fc.constantFrom(200, 2_000)),
});

interface Given {
  readonly maxAttempts: number;
  readonly runsAtMostOnce: boolean;
  readonly laterBy: number | null;
  readonly expiresIn: number | null;
}

function accepting(n: number, given: Given): Command {
  const { maxAttempts, runsAtMostOnce, laterBy, expiresIn } = given;
  const times = ({ now }: World) => ({
    scheduledFor: laterBy === null ? undefined : now + laterBy,
    expiresAt: expiresIn === null ? undefined : now + expiresIn,
  });
  return {
    name: `accept ${JSON.stringify(given)}`,
    n,
    expected: (world, before) => model.accept(before, { maxAttempts, runsAtMostOnce, ...times(world) }),
    actual: async (world, id) => {
      const { scheduledFor, expiresAt } = times(world);
      const { outcome } = await world.store.accept({
        id, owner, type: 'echo', details: { tags: [], priority: 'normal' }, payload: '1', payloadBytes: 1, lane: 'tasks',
        delivery: runsAtMostOnce ? 'at-most-once' : 'at-least-once', maxAttempts,
        ...(scheduledFor !== undefined && { scheduledFor }), ...(expiresAt !== undefined && { expiresAt }),
      }); // prettier-ignore
      return outcome;
    },
  };
}

let tokens = 0;

function delivering(n: number, stale: number, again: boolean): Command {
  let delivery: model.Delivery;
  return {
    name: `start ${stale}${again ? ' with the same token' : ''}`,
    n,
    expected: (world, before) => {
      if (!again) world.tokens[n]!.unshift(`token-${(tokens += 1)}`);
      delivery = { attempt: world.messageAttempt(n, stale), token: world.token(n, 0), now: world.now, leaseMs };
      // A token belongs to one delivery, so to one attempt.
      if (again && before.token === delivery.token) delivery = { ...delivery, attempt: before.attempt };
      else if (again) delivery = { ...delivery, token: `token-${(tokens += 1)}` };
      return model.start(before, delivery);
    },
    actual: async (world, id) => (await world.store.start(id, delivery.attempt, delivery.token, leaseMs)).outcome,
  };
}

function failing(n: number, of: number, delay: number | null, isPostponed: boolean): Command {
  const next = ({ now }: World) => (delay === null ? undefined : now + delay);
  return {
    name: `fail ${of} ${delay}`,
    n,
    expected: (world, before) =>
      model.fail(before, { token: world.token(n, of), nextAttemptAt: next(world), isPostponed }),
    actual: async (world, id) =>
      (await world.store.fail(id, world.token(n, of), error, next(world), { postponed: isPostponed })).outcome,
  };
}

function plain(name: string, n: number, expected: Command['expected'], actual: Command['actual']): Command {
  return { name, n, expected, actual };
}

const commands: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: fc.tuple(task, acceptances).map(([n, given]) => accepting(n, given)), weight: 3 },
  { arbitrary: fc.tuple(task, back, fc.boolean()).map(([n, stale, again]) => delivering(n, stale, again && stale === 0)), weight: 6 },
  { arbitrary: fc.tuple(task, back, fc.option(fc.constantFrom(0, 400)), fc.boolean()).map((given) => failing(...given)), weight: 3 },
  ...[
    fc.tuple(task, back).map(([n, stale]) =>
      plain('confirm', n, (_, before) => model.confirm(before), async ({ store, tasks }, id) => {
        await store.confirmSent(id, Math.max(1, tasks[n]!.attempt + 1 - stale), 0);
        return 'done';
      }),
    ),
    task.map((n) => plain('withdraw', n, (_, before) => model.withdraw(before), async ({ store }, id) => String(await store.withdraw(id)))),
    fc.tuple(task, back).map(([n, of]) =>
      plain('renew', n,
        (world, before) => model.renew(before, { token: world.token(n, of), now: world.now, leaseMs }),
        async (world, id) => world.store.renewLease(id, world.token(n, of), leaseMs)),
    ),
    fc.tuple(task, back).map(([n, of]) =>
      plain('progress', n, (world, before) => model.progress(before, world.token(n, of)), async (world, id) => {
        await world.store.reportProgress(id, world.token(n, of), { percent: 1 });
        return 'done';
      }),
    ),
    fc.tuple(task, back).map(([n, of]) =>
      plain('complete', n,
        (world, before) => model.complete(before, world.token(n, of)),
        async (world, id) => (await world.store.complete(id, world.token(n, of), '1')).outcome),
    ),
    fc.tuple(task, back).map(([n, stale]) =>
      plain('give up', n,
        (world, before) => model.giveUp(before, world.messageAttempt(n, stale), world.now),
        async (world, id) => (await world.store.giveUp(id, world.messageAttempt(n, stale), error)).outcome),
    ),
    task.map((n) => plain('cancel', n, (_, before) => model.cancel(before), async ({ store }, id) => (await store.cancel(id))?.outcome ?? 'unknown')),
    task.map((n) => plain('replay', n, (_, before) => model.replay(before), async ({ store }, id) => (await store.replay(id))?.outcome ?? 'unknown')),
    task.map((n) => plain('expire', n, ({ now }, before) => model.expire(before, now), async ({ store }, id) => {
      await store.expire(id);
      return 'done';
    })),
  ].map((arbitrary) => ({ arbitrary, weight: 2 })),
); // prettier-ignore

/** The clock goes on by this, or back. */
const pauses = fc.constantFrom(0, 0, 0, 1, 250, leaseMs, 10_000, -500);
const told = (command: Command) => ({ ...command, [fc.toStringMethod]: () => `task ${command.n}: ${command.name}` });
const histories = fc.array(fc.tuple(pauses, commands.map(told)), { minLength: 5, maxLength: 60 });

async function run(world: World, { n, expected, actual }: Command): Promise<void> {
  const [id, before] = [world.ids[n]!, world.tasks[n]!];
  const step = expected(world, before);
  const outcome = await actual(world, id);
  world.tasks[n] = step.task;
  world.kinds[n]!.push(...step.kinds);
  expect(outcome).toBe(step.outcome);
  if (before.state !== undefined && step.task.state !== undefined && step.task.state !== before.state) {
    expect(transitions[before.state]).toContain(step.task.state);
  }
  const record = await redis.hgetall(taskKey(id));
  const { state, attempt, maxAttempts } = step.task;
  const known = state === undefined ? {} : { state, attempt: String(attempt), maxAttempts: String(maxAttempts) };
  expect({ state: record.state, attempt: record.attempt, maxAttempts: record.maxAttempts }).toEqual({
    state: undefined, attempt: undefined, maxAttempts: undefined, ...known,
  }); // prettier-ignore
}

const partition = (world: World) => world.ids[0]!.slice(-1);

/** Every index has the tasks in that state and no others; no set that the sweeper looks through has one that waits for nothing. */
async function checkIndexes(world: World): Promise<void> {
  const inState = (wanted: (state: TaskState) => boolean) =>
    world.ids.filter((_, n) => world.tasks[n]!.state !== undefined && wanted(world.tasks[n]!.state)).sort();
  for (const state of taskStates) {
    const expected = inState((one) => one === state);
    expect(await redis.zrange(ownerIndexKey(owner, state), '0', '-1')).toEqual(expected);
    expect(await redis.zrange(partitionIndexKey(partition(world), state), '0', '-1')).toEqual(expected);
  }
  expect(await redis.zrange(ownerIndexKey(owner, 'any'), '0', '-1')).toEqual(inState(() => true));
  const waiting = async (name: 'outbox' | 'leases' | 'expiring' | 'finished') =>
    (await redis.zrange(waitingKey(partition(world), name), '0', '-1')).sort();
  expect(await waiting('leases')).toEqual(inState((state) => state === 'running'));
  expect(await waiting('finished')).toEqual(inState((state) => isFinished(state) && state !== 'dead-lettered'));
  const unfinished = inState((state) => !isFinished(state));
  for (const name of ['outbox', 'expiring'] as const) {
    expect((await waiting(name)).filter((id) => !unfinished.includes(id))).toEqual([]);
  }
  const mustBeSent = inState((state) => !isFinished(state) && state !== 'running');
  expect((await waiting('outbox')).filter((id) => mustBeSent.includes(id))).toEqual(mustBeSent);
}

async function checkEvents(world: World): Promise<void> {
  const { events } = await readOwnerEvents(redis, owner, '0-0', 10_000);
  for (const [n, id] of world.ids.entries()) {
    expect(events.filter(({ taskId }) => taskId === id).map(({ kind }) => kind)).toEqual(world.kinds[n]);
  }
  expect(events.map(({ previous }) => previous).slice(1)).toEqual(events.map(({ cursor }) => cursor).slice(0, -1));
}

it('does what the model says, whatever workers, messages and clocks do', async () => {
  const property = fc.asyncProperty(histories, async (history) => {
    await redis.flushall();
    const world = new World();
    for (const [pause, command] of history) {
      world.now += pause;
      await run(world, command);
      await checkIndexes(world);
    }
    await checkEvents(world);
  });
  await fc.assert(property, { numRuns: 100, endOnFailure: true });
}, 300_000);
