import * as fc from 'fast-check';
import type { Redis } from 'ioredis';
import { useTestRedis } from '../../../tests/support/test-redis.ts';
import { isFinished } from '../task-lifecycle.ts';
import type { OwnerLimits } from '../owner-limits.ts';
import type { TaskFields } from '../task-record.ts';
import type { Fate } from './simulated-process.ts';
import { WaitingRules } from './waiting-rules.ts';
import { type Asked, type Ending, retentionMs, WaitingWorld } from './waiting-world.ts';

/** More histories are worth their time after a change of what waits for what. */
const numRuns = Number(process.env['MODEL_RUNS'] ?? 20);
/** Shrinking takes longer than jest waits, which would then tell of nothing but its own limit. */
const options = { numRuns, endOnFailure: true };
jest.setTimeout(Math.max(120_000, numRuns * 3_000));

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect({ isPipelined: true })));
beforeEach(() => void jest.spyOn(console, 'warn').mockImplementation(() => undefined));

/** Of one partition, so that all of their sets can be told by name. */
const owners = ['ada', 'ada', 'bob1'];

type Step =
  | { readonly do: 'submit'; readonly host: number; readonly asked: Asked }
  | { readonly do: 'go on'; readonly pick: number; readonly fate: Fate; readonly ending: Ending }
  | { readonly do: 'deliver' | 'copy' | 'lose' | 'lose lock'; readonly host: number; readonly pick: number }
  | { readonly do: 'cancel' | 'replay' | 'discard' | 'reschedule'; readonly host: number; readonly pick: number }
  | { readonly do: 'stray'; readonly pick: number; readonly attempt: number }
  | { readonly do: 'sweep' | 'die' | 'go on together'; readonly host: number }
  /** Until nothing goes on but handlers. */
  | { readonly do: 'rest' }
  | { readonly do: 'wait'; readonly ms: number };

const host = fc.nat({ max: 1 });
const pick = fc.nat({ max: 30 });
const asked: fc.Arbitrary<Asked> = fc.record({
  owner: fc.constantFrom(...owners),
  isNarrow: fc.constantFrom(false, false, true),
  orderingKey: fc.constantFrom(undefined, undefined, 'k', 'l'),
  holds: fc.boolean(),
  concurrencyKey: fc.constantFrom(undefined, 'c', 'c', 'd'),
  laterBy: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constantFrom(300, 20_000)),
  expiresIn: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constantFrom(200, 30_000)),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
}) as fc.Arbitrary<Asked>;

const of = <Kind extends Step['do']>(...kinds: Kind[]) => fc.constantFrom(...kinds);
const ending = fc.constantFrom<Ending[]>('result', 'result', 'failure', 'failure', 'permanent', 'later');
const healthy = [
  { weight: 5, arbitrary: fc.record({ do: of('submit'), host, asked }) },
  { weight: 24, arbitrary: fc.record({ do: of('go on'), pick, fate: fc.constant<Fate>('done'), ending }) },
  { weight: 8, arbitrary: fc.record({ do: of('deliver'), host, pick }) },
  { weight: 4, arbitrary: fc.record({ do: of('copy', 'lose lock'), host, pick }) },
  { weight: 3, arbitrary: fc.record({ do: of('cancel', 'replay', 'discard', 'reschedule'), host, pick }) },
  { weight: 2, arbitrary: fc.record({ do: of('wait'), ms: fc.constantFrom(1, 300, 5_000) }) },
  { weight: 2, arbitrary: fc.record({ do: of('go on together'), host }) },
  { weight: 1, arbitrary: fc.record({ do: of('rest') }) },
];
const faults = [
  { weight: 3, arbitrary: fc.record({ do: of('go on'), pick, ending, fate: fc.constantFrom<Fate[]>('refused', 'answer lost', 'again', 'process dies before', 'process dies after') }) },
  { weight: 1, arbitrary: fc.record({ do: of('lose'), host, pick }) },
  { weight: 1, arbitrary: fc.record({ do: of('stray'), pick, attempt: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: of('sweep', 'die'), host }) },
  { weight: 1, arbitrary: fc.record({ do: of('wait'), ms: fc.constantFrom(-3_000, 16_000, 90_000) }) },
]; // prettier-ignore

const limits = fc.record({
  windows: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  concurrency: fc.constantFrom(0, 1, 2, 2),
  keyConcurrency: fc.constantFrom(1, 1, 2),
});
const lengths = { minLength: 30, maxLength: 250, size: 'max' } as const;

type Given = Pick<OwnerLimits, 'concurrency' | 'keyConcurrency'> & { readonly windows: readonly number[] };

class History {
  readonly world: WaitingWorld;
  readonly rules: WaitingRules;
  readonly isHealthy: boolean;

  constructor({ windows, ...given }: Given, isHealthy: boolean) {
    this.world = new WaitingWorld(redis, given, windows);
    this.rules = new WaitingRules(redis, given, isHealthy);
    this.isHealthy = isHealthy;
  }

  async take(step: Step): Promise<void> {
    const { world } = this;
    const atHost = 'host' in step ? world.hosts[step.host]! : world.hosts[0]!;
    const among = <T>(all: readonly T[]): T | undefined => ('pick' in step ? all[step.pick % all.length] : undefined);
    const id = among(world.ids);
    switch (step.do) {
      case 'submit':
        if (world.ids.length < 12) await world.submit(atHost, step.asked);
        break;
      case 'go on':
        await this.goOn(step);
        break;
      case 'deliver': {
        const message = among(world.broker.deliverable());
        if (message) await world.deliver(atHost, message);
        break;
      }
      case 'copy': {
        const message = among(world.broker.messages);
        if (message) world.broker.add(message);
        break;
      }
      case 'stray': {
        const message = among(world.broker.messages)?.message;
        const applicationProperties = { ...message?.applicationProperties, attempt: 'attempt' in step ? step.attempt : 1 };
        if (message) world.broker.add({ queue: 'tasks', message: { ...message, applicationProperties } });
        break;
      }
      case 'lose lock': {
        const message = among(world.broker.messages.filter(({ lock }) => lock !== undefined));
        if (message && message.deliveries < 2) world.broker.abandon(message);
        break;
      }
      case 'lose': {
        const message = among(world.broker.messages);
        if (message) world.broker.remove(message);
        break;
      }
      case 'cancel':
        if (id) await world.cancel(atHost, id);
        break;
      case 'replay':
        if (id) await world.replay(atHost, id);
        break;
      case 'discard':
        if (id) await world.discard(atHost, id);
        break;
      case 'reschedule':
        if (id) await world.reschedule(atHost, id, 3_600_000);
        break;
      case 'sweep':
        await world.sweep(atHost);
        break;
      case 'die':
        atHost.process.die();
        await atHost.process.settled();
        break;
      case 'go on together':
        world.nextEnding = () => 'result';
        await atHost.process.openAll();
        break;
      case 'rest':
        await this.rest();
        break;
      case 'wait':
        world.now += step.ms;
    }
    world.replaceDead();
    await this.rules.check(world.ids, world.now);
  } // prettier-ignore

  async goOn({ pick, fate, ending }: Extract<Step, { do: 'go on' }>): Promise<void> {
    const gates = this.world.hosts.flatMap(({ process }) => process.gates.map((gate) => ({ process, gate })));
    const chosen = gates[pick % gates.length];
    if (chosen === undefined) return;
    const { process, gate } = chosen;
    this.world.nextEnding = () => ending;
    const isWithin = gate.isPatient ? fate !== 'refused' && fate !== 'answer lost' : fate !== 'again';
    const isOnce = ['take', 'handler', 'wait', 'removeObsolete'].some((name) => gate.name.startsWith(name));
    await process.open(gate, isWithin && !(isOnce && fate === 'again') ? fate : 'done');
  }

  /** Or it keeps others waiting still. */
  unfinished(): string[] {
    const isOver = ({ state, holdsKeyUntil }: TaskFields) => state === undefined || (isFinished(state as 'queued') && holdsKeyUntil === undefined); // prettier-ignore
    return [...this.rules.tasks].filter(([, task]) => !isOver(task)).map(([id]) => id);
  }

  held(): string[] {
    return [...this.rules.tasks].filter(([, { state, holds, discarded }]) => state === 'dead-lettered' && holds && !discarded).map(([id]) => id); // prettier-ignore
  }

  /** Everything goes on but handlers, which take their time. */
  async rest(): Promise<void> {
    const { world } = this;
    for (let moves = 0; moves < 1_000; moves += 1) {
      const gates = world.hosts.flatMap(({ process }) => process.gates);
      const next = gates.findIndex(({ name }) => name !== 'handler' && name !== 'wait');
      const [message] = world.broker.deliverable();
      if (next !== -1) await this.goOn({ do: 'go on', pick: next, fate: 'done', ending: 'result' });
      else if (message) await world.deliver(world.hosts[0]!, message);
      else return this.isHealthy ? await this.rules.checkNobodyWaitsForNothing() : undefined;
      await this.rules.check(world.ids, world.now);
    }
    throw new Error('It does not come to rest.');
  }

  /** Everything that can go on does so, and ends well. */
  async calmDown(): Promise<void> {
    const { world } = this;
    for (let rounds = 0; rounds < 1_000; rounds += 1) {
      await this.rest();
      const isWaiting = world.hosts.some(({ process }) => process.gates.length > 0);
      const dueAt = world.broker.nextDueAt();
      if (isWaiting) await this.take({ do: 'go on', pick: 0, fate: 'done', ending: 'result' });
      else if (dueAt !== undefined) world.now = Math.max(world.now + 1, dueAt);
      else return;
    }
    throw new Error('It does not calm down.');
  }

  /** Until all has ended: with the sweeper's help where something had failed, without it where nothing had. */
  async finish(): Promise<void> {
    for (let round = 0; round < 100; round += 1) {
      await this.calmDown();
      await this.world.freePlaces();
      if (this.unfinished().length === 0) return;
      const [held] = this.held();
      if (held) await this.take({ do: 'discard', host: 0, pick: this.world.ids.indexOf(held) });
      else if (this.isHealthy) break;
      else {
        this.world.now += 10 * 60_000;
        await this.take({ do: 'sweep', host: 0 });
      }
    }
    const records = this.unfinished().map((id) => this.rules.tasks.get(id));
    expect(records).toEqual([]);
  }

  /** Retention is over. */
  async forgetAll(): Promise<void> {
    for (const n of this.world.ids.keys()) await this.take({ do: 'discard', host: 0, pick: n });
    await this.calmDown();
    for (let round = 0; round < 3; round += 1) {
      this.world.now += retentionMs;
      await this.take({ do: 'sweep', host: 0 });
      await this.calmDown();
    }
  }
}

/** What is of no task: events and counts, which go by themselves, and two numbers. */
const lasting = /\}:(events|last-event|feed|pending-counts|withdrawn|clock|sequence)\b/;

async function live(history: History, steps: readonly Step[]): Promise<void> {
  await redis.flushall();
  try {
    for (const step of steps) await history.take(step);
    await history.finish();
    const waits = (await redis.keys('*')).filter((key) => /\}:(window|running|gate|gates|outbox|leases|expiring)\b/.test(key)); // prettier-ignore
    expect(waits).toEqual([]);
    await history.forgetAll();
    expect((await redis.keys('*')).filter((key) => !lasting.test(key))).toEqual([]);
  } finally {
    await history.world.end();
  }
}

it('keeps order and limits, and lets nobody wait for ever, without the sweeper as long as nothing fails', async () => {
  const property = fc.asyncProperty(limits, fc.array(fc.oneof(...healthy), lengths), (given, steps) =>
    live(new History(given, true), steps as Step[]),
  );
  await fc.assert(property, options);
});

it('keeps order and limits, and lets nobody wait for ever, whatever dies, gets lost or comes twice', async () => {
  const property = fc.asyncProperty(limits, fc.array(fc.oneof(...healthy, ...faults), lengths), (given, steps) =>
    live(new History(given, false), steps as Step[]),
  );
  await fc.assert(property, options);
});
