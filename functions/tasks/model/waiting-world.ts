import type { Redis } from 'ioredis';
import { TypeSlots } from '../../limits/type-slots.ts';
import { PermanentError, RetryLater, type TaskType } from '../../task-types/define-task-type.ts';
import { dispatch, dispatchWoken } from '../dispatch.ts';
import type { Engine } from '../engine.ts';
import { runTask } from '../run-task.ts';
import { submitTask } from '../submit-task.ts';
import { sweepDeadLetters } from '../sweep-dead-letters.ts';
import { sweepTasks } from '../sweep-tasks.ts';
import { namesOf } from '../remove-obsolete-messages.ts';
import { allPartitions, createTaskId } from '../task-id.ts';
import { obsoleteMessagesKey } from '../task-keys.ts';
import { resendsOf } from '../task-message.ts';
import type { NewTask } from '../new-task.ts';
import type { OwnerLimits } from '../owner-limits.ts';
import { TaskStore } from '../task-store.ts';
import { type Message, SimulatedBroker } from './simulated-broker.ts';
import { SimulatedProcess } from './simulated-process.ts';

export const lanes = ['tasks', 'tasks-ordered'] as const;
export const leaseMs = 15_000;
export const retentionMs = 7 * 24 * 60 * 60 * 1000;
/** A type of which one task runs at a time. */
export const narrow = 'narrow';

/** How a handler ends. */
export type Ending = 'result' | 'failure' | 'permanent' | 'later';

export interface Asked {
  readonly owner: string;
  readonly isNarrow: boolean;
  readonly orderingKey?: string;
  readonly holds?: boolean;
  readonly concurrencyKey?: string;
  readonly laterBy?: number;
  readonly expiresIn?: number;
  readonly maxAttempts: number;
}

interface Host {
  readonly process: SimulatedProcess;
  readonly engine: Engine;
}

/** The engine's own code in two processes, on a real Redis, with a broker and clocks that the test holds in its hands. */
export class WaitingWorld {
  now = Date.parse('2026-01-05T10:00:00Z');
  readonly broker = new SimulatedBroker(() => this.now);
  readonly ids: string[] = [];
  /** What is under way, in all processes that live. */
  underWay = 0;
  /** How handlers end, in the order in which they come to their ends. */
  nextEnding: () => Ending = () => 'result';
  readonly hosts: Host[];
  readonly #redis: Redis;
  readonly #limits: Partial<OwnerLimits>;
  /** Each process goes by its own pace (limits/owner-window.ts). */
  readonly #windows: readonly number[];
  /** Places of a type that a dead process keeps for a while. */
  readonly #places = new Set<() => Promise<void>>();
  /** Gives back what each process has in hand. */
  readonly #handed = new Map<SimulatedProcess, Set<(isDone: boolean) => void>>();
  #tokens = 0;

  constructor(redis: Redis, limits: Partial<OwnerLimits>, windows: readonly number[]) {
    this.#redis = redis;
    this.#limits = limits;
    this.#windows = windows;
    this.hosts = [this.#boot(0), this.#boot(1)];
  }

  /** As npm start does when a host dies: another takes its place, and what the dead one had in hand is delivered again. */
  replaceDead(): void {
    for (const [n, { process }] of this.hosts.entries()) {
      if (!process.isDead) continue;
      for (const settle of this.#handed.get(process) ?? []) settle(false);
      this.#handed.delete(process);
      this.hosts[n] = this.#boot(n);
    }
  }

  /** All processes are gone, and whatever they kept in Redis by renewing it. */
  async end(): Promise<void> {
    for (const { process } of this.hosts) {
      process.die();
      await process.settled();
    }
    await this.freePlaces();
  }

  /** So much time has passed that dead processes have lost the places they held. */
  async freePlaces(): Promise<void> {
    for (const giveBack of this.#places) await giveBack();
    this.#places.clear();
  }

  async submit({ engine, process }: Host, asked: Asked): Promise<void> {
    const { owner, orderingKey, holds, concurrencyKey, laterBy, expiresIn, maxAttempts, isNarrow } = asked;
    const id = createTaskId(owner, this.now + this.ids.length);
    this.ids.push(id);
    const task: NewTask = {
      id, owner, type: isNarrow ? narrow : 'wide', delivery: 'at-least-once', payload: '1', payloadBytes: 1, maxAttempts,
      lane: orderingKey === undefined ? 'tasks' : 'tasks-ordered',
      details: { tags: [], priority: 'normal', ...(orderingKey !== undefined && { orderingKey }) },
      ...(orderingKey !== undefined && { orderingKey }), ...(holds && { holds }), ...(concurrencyKey !== undefined && { concurrencyKey }),
      ...(laterBy !== undefined && { scheduledFor: this.now + laterBy }),
      ...(expiresIn !== undefined && { expiresAt: this.now + expiresIn }),
    }; // prettier-ignore
    const payloads = { prepare: async () => ({ payload: '1', payloadBytes: 1 }), discard: async () => undefined };
    const submitting = { ...engine, patientStore: engine.store, payloads: payloads as never };
    await this.#follow(
      process,
      submitTask(
        {
          ...submitting,
          store: this.#storeOf(
            process,
            false,
            this.#windows[this.hosts.findIndex((host) => host.process === process)]!,
          ),
        },
        task,
      ),
    );
  }

  async deliver({ engine, process }: Host, message: Message): Promise<void> {
    const settle = this.broker.deliver(message);
    const handed = this.#handed.get(process) ?? new Set();
    this.#handed.set(process, handed.add(settle));
    const { attempt, taskType } = message.message.applicationProperties ?? {};
    const id = message.message.body as string;
    const run = runTask(engine, {
      id,
      attempt: Number(attempt),
      taskType: taskType as string,
      resends: resendsOf(String(message.message.messageId), id),
    });
    const settled = run.then(() => true, () => false).then((isDone) => {
      if (process.isDead) return;
      handed.delete(settle);
      settle(isDone);
    }); // prettier-ignore
    await this.#follow(process, settled);
  }

  async sweep({ engine, process }: Host): Promise<void> {
    const redis = process.reading(this.#redis);
    const sweep = async () => {
      await sweepTasks(engine, redis, { retentionMs, deleteBlob: async () => undefined });
      await this.#removeObsolete(process);
      for (const lane of lanes) await sweepDeadLetters(engine, lane, async (queue) => this.broker.peekDead(queue));
    };
    await this.#follow(process, sweep());
  }

  async cancel({ engine, process }: Host, id: string): Promise<void> {
    await this.#follow(process, engine.store.cancel(id));
  }

  async discard({ engine, process }: Host, id: string): Promise<void> {
    await this.#follow(process, engine.store.discard(id, { by: 'ada', at: '', reason: '' }));
  }

  async replay({ engine, process }: Host, id: string): Promise<void> {
    const replay = async () => {
      const replayed = await engine.store.replay(id);
      if (replayed?.outcome !== 'replayed' || replayed.fields.parked !== undefined) return;
      await dispatch(engine, replayed.fields, Number(replayed.fields.attempt) + 1);
    };
    await this.#follow(process, replay());
  }

  async reschedule({ engine, process }: Host, id: string, laterBy: number): Promise<void> {
    const scheduledFor = this.now + laterBy;
    const reschedule = async () => {
      const changed = await engine.store.reschedule(id, undefined, scheduledFor);
      if (changed?.outcome === 'rescheduled') await dispatch(engine, changed.fields, 1, scheduledFor);
    };
    await this.#follow(process, reschedule());
  }

  async #follow(process: SimulatedProcess, work: Promise<unknown>): Promise<void> {
    this.underWay += 1;
    // What fails is a crash, a refusal, or a failed attempt; what becomes of the task is checked, not this.
    void work.catch(() => undefined).finally(() => (this.underWay -= 1));
    await process.settled();
  }

  /** As remove-obsolete-messages.ts does, but in one step. */
  async #removeObsolete(process: SimulatedProcess): Promise<void> {
    await process.do('removeObsolete', async () => {
      for (const partition of allPartitions) {
        const names = await this.#redis.smembers(obsoleteMessagesKey(partition));
        if (names.length === 0) continue;
        const isObsolete = ({ message }: Message) => namesOf(message).some((name) => names.includes(name));
        this.broker.dead = this.broker.dead.filter((message) => !isObsolete(message));
        await this.#redis.srem(obsoleteMessagesKey(partition), ...names);
      }
    });
  }

  #boot(n: number): Host {
    const process = new SimulatedProcess();
    const store = this.#storeOf(process, true, this.#windows[n]!);
    const engine: Engine = {
      store,
      taskTypes: new Map(['wide', narrow].map((name) => [name, this.#taskType(name, process)])),
      typeSlots: this.#slotsOf(process),
      leaseMs,
      timeLimitMs: 600_000,
      resultLimitBytes: 1_000_000,
      retry: { firstDelayMs: 100, factor: 2, maxDelayMs: 300_000, jitter: 0 },
      readPayload: async () => '1',
      send: (message) => process.do('send', async () => this.broker.send(message), false),
      publish: () => undefined,
      callBack: async () => undefined,
      onStarted: () => undefined,
      keepLogs: async () => undefined,
      tellLogs: () => undefined,
      log: () => undefined,
      createToken: () => `token-${(this.#tokens += 1)}`,
      random: () => 0.5,
      now: () => this.now,
      wait: async (milliseconds) => {
        const until = this.now + milliseconds;
        await process.do('wait', async () => void (this.now = Math.max(this.now, until)));
      },
    };
    return { process, engine };
  }

  #storeOf(process: SimulatedProcess, isPatient: boolean, window: number): TaskStore {
    const store = new TaskStore(this.#redis, {
      now: () => this.now,
      limits: { ...this.#limits, window },
      onWoken: (tasks) => {
        const { store, send, publish, now } = this.hosts.find((host) => host.process === process)!.engine;
        if (!process.isDeaf) dispatchWoken({ store, send, publish, now }, tasks);
      },
    });
    return process.using(store, isPatient);
  }

  #taskType(name: string, process: SimulatedProcess): TaskType {
    return {
      info: { name } as TaskType['info'],
      timeLimitMs: undefined,
      retry: {},
      limits: {},
      isInternal: false,
      parse: (payload) => ({ payload }),
      run: async () => {
        const ending = await process.do('handler', async () => this.nextEnding());
        if (ending === 'permanent') throw new PermanentError('Asked to fail for good.');
        if (ending === 'later') throw new RetryLater({ after: 1_000 });
        if (ending === 'failure') throw new Error('Asked to fail.');
        return 1;
      },
    };
  }

  #slotsOf(process: SimulatedProcess): TypeSlots {
    const slots = new TypeSlots(this.#redis, (type) => (type === narrow ? 1 : 0), leaseMs);
    const take = async (type: string, token: string, options?: { beyondLimit?: boolean }) => {
      const giveBack = await process.do('take', async () => {
        const taken = await slots.take(type, token, options);
        if (taken !== undefined) this.#places.add(taken);
        return taken;
      });
      if (giveBack === undefined) return undefined;
      return () =>
        process.do('giveBack', async () => {
          this.#places.delete(giveBack);
          await giveBack();
        });
    };
    const hasRoom = (type: string) => process.do('hasRoom', () => slots.hasRoom(type));
    const nextWaiting = (type: string) => process.do('nextWaiting', () => slots.nextWaiting(type));
    return { isLimited: (type: string) => slots.isLimited(type), take, hasRoom, nextWaiting } as unknown as TypeSlots;
  }
}
