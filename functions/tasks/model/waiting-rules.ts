import type { Redis } from 'ioredis';
import { taskStates, type TaskState } from '../../../contracts/task-states.ts';
import { slotsKey, typeGate } from '../../limits/type-slots.ts';
import { taskKey } from '../task-keys.ts';
import { isFinished } from '../task-lifecycle.ts';
import type { TaskFields } from '../task-record.ts';
import type { OwnerLimits } from '../owner-limits.ts';
import { narrow } from './waiting-world.ts';

const nothing: TaskFields = {};
const ended = (task: TaskFields) => task.state !== undefined && isFinished(task.state as TaskState);
const isDue = ({ scheduledFor }: TaskFields, now: number) => Number(scheduledFor) <= now;
const isWaiting = (task: TaskFields = {}) =>
  task.state !== undefined && !ended(task) && task.state !== 'running' && task.parked === undefined;
/** Its handler runs, or has not heard yet that it was cancelled. */
const holdsKey = (task: TaskFields = {}) => task.state === 'running' || task.holdsKeyUntil !== undefined;
const keyOf = ({ owner, orderingKey }: TaskFields) => `${owner!} ${orderingKey!}`;

type Limits = Pick<OwnerLimits, 'concurrency' | 'keyConcurrency'>;

/**
 * What docs/ordering-and-limits.md promises, checked after each step from what the records say before and after it.
 * The order of each key is kept here a second time, from what happened to the tasks.
 */
export class WaitingRules {
  readonly #redis: Redis;
  readonly #limits: Limits;
  readonly #isHealthy: boolean;
  readonly #order = new Map<string, string[]>();
  #before = new Map<string, TaskFields>();

  /** @param isHealthy nothing fails: then a type has no more tasks running than it may, too, not even such as were taken over */
  constructor(redis: Redis, limits: Limits, isHealthy: boolean) {
    this.#redis = redis;
    this.#limits = limits;
    this.#isHealthy = isHealthy;
  }

  get tasks(): ReadonlyMap<string, TaskFields> {
    return this.#before;
  }

  /** @param now milliseconds since 1970 */
  async check(ids: readonly string[], now: number): Promise<void> {
    const keys = await this.#redis.keys('*');
    const [records, sets] = await Promise.all([
      Promise.all(ids.map((id) => this.#redis.hgetall(taskKey(id)))),
      this.#readSets(keys),
    ]);
    const tasks = new Map(ids.map((id, n) => [id, records[n]!]));
    const stood = new Set([...this.#order.values()].flat());
    for (const [id, task] of tasks) this.#move(id, this.#before.get(id) ?? nothing, task);
    const faults: string[] = [];
    faults.push(
      ...this.#findTooMany(tasks),
      ...this.#findWrongOrder(tasks, sets, stood, now),
      ...findWrongWaits(tasks, sets),
      ...findWrongIndexes(tasks, sets),
    );
    this.#before = tasks;
    expect(faults).toEqual([]);
  }

  async #readSets(keys: readonly string[]): Promise<Map<string, string[]>> {
    const names = keys.filter((key) =>
      /\}:(by-state|outbox|leases|expiring|window|order|gate|gates|running)\b/.test(key),
    );
    const isPlain = (key: string) => /\}:(gates$|running:|window:(?!.*:parked$))/.test(key);
    const sets = await Promise.all(names.map((key) => (isPlain(key) ? this.#redis.smembers(key) : this.#redis.zrange(key, '0', '-1')))); // prettier-ignore
    return new Map(names.map((key, n) => [key.slice(key.indexOf('}') + 2), sets[n]!]));
  }

  /** Where nothing goes on but handlers that run, every task that is parked has a reason to be. */
  async checkNobodyWaitsForNothing(): Promise<void> {
    const isNarrowFull = (await this.#redis.zcard(slotsKey(narrow))) > 0;
    const { concurrency, keyConcurrency } = this.#limits;
    const tasks = [...this.#before.values()];
    const windows = tasks.flatMap(({ parked }) => (parked?.includes(':window:') ? [parked] : []));
    const taken = new Map(await Promise.all(windows.map(async (name) => [name, await this.#redis.scard(name.replace(/:parked$/, ''))] as const)));
    const running = tasks.filter(({ state }) => state === 'running');
    const isFull = (limit: number, among: (task: TaskFields) => boolean, some = running) => limit > 0 && some.filter(among).length >= limit;
    const isKept = (task: TaskFields) => {
      const { id, owner, concurrencyKey, parked } = task;
      if (parked!.includes(':order:')) return this.#order.get(keyOf(task))![0] !== id;
      if (parked!.includes(':window:')) return taken.get(parked!)! > 0;
      if (parked!.endsWith(typeGate(narrow))) return isNarrowFull;
      if (isFull(concurrency, (other) => other.owner === owner)) return true;
      const isOfKey = (other: TaskFields) => other.owner === owner && other.concurrencyKey === concurrencyKey;
      return concurrencyKey !== undefined && isFull(keyConcurrency, isOfKey, tasks.filter(holdsKey));
    };
    expect(tasks.filter((task) => task.parked !== undefined && !isKept(task))).toEqual([]);
  } // prettier-ignore

  /** Follows one task through a step. */
  #move(id: string, before: TaskFields, after: TaskFields): void {
    const task = after.orderingKey === undefined ? before : after;
    if (task.orderingKey === undefined) return;
    const order = this.#order.get(keyOf(task)) ?? [];
    this.#order.set(keyOf(task), order);
    const join = () => void (order.includes(id) || order.push(id));
    const leave = () => void (order.includes(id) && order.splice(order.indexOf(id), 1));
    const isHeldByDead = after.state === 'dead-lettered' && after.holds !== undefined && after.discarded === undefined;
    const isHeld = isHeldByDead || after.holdsKeyUntil !== undefined;
    if (after.state === undefined || (ended(after) && !isHeld)) leave();
    else if (after.state === 'scheduled' && after.scheduledFor !== before.scheduledFor) leave();
    else if (after.state !== 'scheduled' || after.parked !== undefined) join();
  }

  /** Of tasks that have come by one script nobody can tell from outside which was first: those at the end stand in any order. */
  #findWrongOrder(tasks: Tasks, sets: Sets, stood: ReadonlySet<string>, now: number): string[] {
    const faults: string[] = [];
    for (const [key, expected] of this.#order) {
      const name = key.replace(/^(\S+) /, (_, owner: string) => `order:${owner.length}:${owner}:`);
      const found = sets.get(name) ?? [];
      // Parked and woken again by one script: nothing but its place tells that its time has come.
      const hasJoined = (id: string) =>
        !expected.includes(id) &&
        tasks.get(id)?.state === 'scheduled' &&
        isDue(tasks.get(id)!, now) &&
        tasks.get(id)!.scheduledFor === this.#before.get(id)?.scheduledFor;
      expected.push(...found.filter(hasJoined));
      const known = expected.filter((id) => stood.has(id));
      const isSame =
        known.every((id, n) => found[n] === id) && [...found].sort().join() === [...expected].sort().join();
      if (isSame) this.#order.set(key, [...found]);
      else faults.push(`${name} has ${found.join()}, not ${expected.join()}`);
      const running = found.slice(1).filter((id) => tasks.get(id)?.state === 'running');
      faults.push(...running.map((id) => `${id} runs before ${found[0]!}, which has its ordering key`));
    }
    return faults;
  }

  #findTooMany(tasks: ReadonlyMap<string, TaskFields>): string[] {
    const { concurrency, keyConcurrency } = this.#limits;
    const running = [...tasks.values()].filter(({ state }) => state === 'running');
    const count = (nameOf: (task: TaskFields) => string, some = running) =>
      Object.entries(Object.groupBy(some, nameOf));
    const ofOwners = count(({ owner }) => owner!).filter(([, all]) => concurrency > 0 && all!.length > concurrency);
    const holding = [...tasks.values()].filter(holdsKey);
    const ofKeys = count(({ owner, concurrencyKey = '' }) => `${owner!} ${concurrencyKey}`, holding).filter(
      ([name, all]) => !name.endsWith(' ') && keyConcurrency > 0 && all!.length > keyConcurrency,
    );
    const ofTypes = count(({ type }) => type!).filter(
      ([type, all]) => this.#isHealthy && type === narrow && all!.length > 1,
    );
    return [...ofOwners, ...ofKeys, ...ofTypes].map(([name, all]) => `${all!.length} tasks of ${name} run at once`);
  }
}

type Tasks = ReadonlyMap<string, TaskFields>;
type Sets = ReadonlyMap<string, readonly string[]>;

/** Each task stands in what its record says, and nobody else does. */
function findWrongWaits(tasks: Tasks, sets: Sets): string[] {
  const faults: string[] = [];
  const gateOf = (id: string) => tasks.get(id)?.parked?.replace(/^.*?\}:/, '');
  for (const [id, task] of tasks) {
    const gate = gateOf(id);
    if (gate !== undefined && !sets.get(gate)?.includes(id)) faults.push(`${id} is parked, but not in ${gate}`);
    if (gate !== undefined && (ended(task) || task.state === 'running')) faults.push(`${id} is ${task.state!} and parked`);
  }
  for (const [name, ids] of sets) {
    const is = (kind: string) => name.startsWith(`${kind}:`);
    if (is('gate') || name.endsWith(':parked')) {
      for (const id of ids) if (gateOf(id) !== name) faults.push(`${id} stands in ${name}, but its record says ${gateOf(id)}`);
      const isKnown = sets.get('gates')?.some((key) => key.endsWith(`}:${name}`));
      if (is('gate') && !isKnown) faults.push(`the sweeper does not know ${name}`);
    } else if (is('window')) {
      for (const id of ids) if (!isWaiting(tasks.get(id))) faults.push(`${id} is ${tasks.get(id)?.state} and takes a place of ${name}`);
    } else if (is('running')) {
      for (const id of ids) if (!holdsKey(tasks.get(id))) faults.push(`${id} does not run, but stands in ${name}`);
    }
  }
  return faults;
} // prettier-ignore

function findWrongIndexes(tasks: Tasks, sets: Sets): string[] {
  const faults: string[] = [];
  const compare = (name: string, isIn: (task: TaskFields) => boolean) => {
    const expected = [...tasks].filter(([, task]) => task.state !== undefined && isIn(task)).map(([id]) => id).sort(); // prettier-ignore
    const found = [...(sets.get(name) ?? [])].sort();
    if (expected.join() !== found.join()) faults.push(`${name} has ${found.join()}, not ${expected.join()}`);
  };
  const owners = new Set([...tasks.values()].flatMap(({ owner }) => (owner === undefined ? [] : [owner])));
  for (const state of taskStates) {
    compare(`by-state:${state}`, (task) => task.state === state);
    for (const name of owners) compare(`by-state:${state}:${name}`, (task) => task.state === state && task.owner === name);
  }
  compare('leases', holdsKey);
  const sent = (task: TaskFields) => !ended(task) && task.state !== 'running' && task.parked === undefined;
  compare('outbox', sent);
  return faults;
} // prettier-ignore
