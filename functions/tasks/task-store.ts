import type { Redis } from 'ioredis';
import { taskQueue } from '../../contracts/names.ts';
import { eventResultDepth, eventResultLimitBytes, type TaskEvent } from '../../contracts/task-event.ts';
import type { DiscardNote, Progress, TaskError } from '../../contracts/task.ts';
import type { ScriptArgument } from '../azure/redis-scripts.ts';
import { acceptArguments, type Accepted, type NewRun, toAccepted } from './accepting.ts';
import { type Changed, replayArguments, type Replayed, type ReplayOptions, toChanged, toReplayed } from './changing.ts';
import { depthOf } from './json-limits.ts';
import type { StorableTask } from './new-task.ts';
import { defaultOwnerLimits, type OwnerLimits } from './owner-limits.ts';
import { type Started, toStarted } from './starting.ts';
import { eventsIn, type Reply } from './step-reply.ts';
import { takeStep, type StepName } from './steps.ts';
import { taskKey } from './task-keys.ts';
import { resendsOf } from './task-message.ts';
import { toFields, type TaskFields } from './task-record.ts';

export type Failed =
  | { readonly outcome: 'retrying'; readonly events: TaskEvent[]; readonly nextAttemptAt: number }
  | { readonly outcome: 'dead-lettered' | 'lost'; readonly events: TaskEvent[] };

interface FailOptions {
  readonly postponed?: boolean;
  readonly stack?: string | undefined;
  readonly forGone?: boolean;
}

/**
 * What became of a task whose message the broker dead-lettered: `kept`: it was a dead letter already; `obsolete`: the message
 * says nothing any more, and is to be taken out; `busy`: somebody holds the lease.
 */
export type GivenUp = 'dead-lettered' | 'kept' | 'obsolete' | 'busy' | 'unknown';

export interface TaskStoreOptions {
  /** Milliseconds since 1970; by default the clock of Redis. */
  readonly now?: () => number;
  readonly limits?: Partial<OwnerLimits>;
  /** Gets tasks whose turn has come by a change of another: their messages are to be sent. */
  readonly onWoken?: (tasks: readonly TaskFields[]) => void;
  /** Gets each task that ends: it waits in `unpublished` to be told to the topic of endings. Without it nothing is put there. */
  readonly onFinished?: (id: string) => void;
}

const tombstoneMs = 24 * 60 * 60 * 1000;
/** How long after it was due the first message of an attempt is given up for lost; twice as long for each further one. */
const messagePatienceMs = 2 * 60 * 1000;
const longestPatienceMs = 60 * 60 * 1000;

/**
 * Every transition of a task: one script each, which checks the state it comes from, writes the new one and appends the
 * event, or does nothing. Asked twice, each answers the same, so a call may be repeated when its reply got lost.
 */
export class TaskStore {
  readonly #redis: Redis;
  readonly #now: () => number | '';
  readonly #limits: OwnerLimits;
  readonly #onWoken: (tasks: readonly TaskFields[]) => void;
  readonly #onFinished: ((id: string) => void) | undefined;

  constructor(redis: Redis, { now, limits, onWoken, onFinished }: TaskStoreOptions = {}) {
    this.#redis = redis;
    this.#now = now ?? (() => '');
    this.#limits = { ...defaultOwnerLimits, ...limits };
    this.#onWoken = onWoken ?? (() => undefined);
    this.#onFinished = onFinished;
  }

  async accept(task: StorableTask): Promise<Accepted> {
    return toAccepted(task, await this.#run('accept', task.id, acceptArguments(task, this.#limits)));
  }

  /** Accepts a run of a schedule, and moves the schedule on to its next: both, or `moved` when somebody else has gone on. */
  async acceptRun(task: StorableTask, run: NewRun): Promise<Accepted | { readonly outcome: 'moved' }> {
    const { scheduleId, version, cursor, occurrence, next } = run;
    const args = [...acceptArguments(task, this.#limits), scheduleId, version, cursor, occurrence, next ?? ''];
    const reply = await this.#run('acceptRun', task.id, args);
    return reply[0] === 'moved' ? { outcome: 'moved' } : toAccepted(task, reply);
  }

  /**
   * The broker has the message of this attempt.
   * @param resends how many were sent for this attempt before it
   * @param hopAt when it comes, where that is before the task is due
   */
  async confirmSent(
    id: string,
    attempt: number,
    resends = 0,
    hopAt?: number,
  ): Promise<{ events: TaskEvent[]; queuedAt: string | undefined }> {
    const patienceMs = Math.min(longestPatienceMs, messagePatienceMs * 2 ** resends);
    const args = [attempt, resends, patienceMs, hopAt ?? ''];
    const [announced, queuedAt] = (await this.#run('confirmSent', id, args)) as unknown as [unknown, string | null];
    return { events: eventsIn(announced), queuedAt: queuedAt ?? undefined };
  }

  /** @returns false when the task has been announced meanwhile, so that its message must have arrived */
  async withdraw(id: string): Promise<boolean> {
    return ((await this.#run('withdraw', id, [tombstoneMs])) as unknown) === 1;
  }

  /** @param type what the message says, by which the worker may have looked for a place: another one is told; undefined for any */
  async start(id: string, attempt: number, token: string, leaseMs: number, type?: string): Promise<Started> {
    const { concurrency, keyConcurrency, window } = this.#limits;
    const limits = [concurrency, keyConcurrency, window];
    const args = [attempt, token, leaseMs, ...limits, ...(type === undefined ? [] : [type])];
    return toStarted(await this.#run('start', id, args));
  }

  /** @returns the task's state, or `lost` when another worker holds the lease or the task is gone */
  async renewLease(id: string, token: string, leaseMs: number): Promise<string> {
    return (await this.#run('renewLease', id, [token, leaseMs])) as unknown as string;
  }

  async reportProgress(id: string, token: string, progress: Progress): Promise<TaskEvent[]> {
    const [appended] = (await this.#run('reportProgress', id, [token, JSON.stringify(progress)])) as unknown[];
    return eventsIn(appended);
  }

  /** @param result JSON */
  async complete(
    id: string,
    token: string,
    result: string,
  ): Promise<{ outcome: 'completed' | 'lost'; events: TaskEvent[] }> {
    const small = Buffer.byteLength(result) <= eventResultLimitBytes && depthOf(result) <= eventResultDepth;
    const [outcome, appended] = await this.#run('complete', id, [token, result, small ? 1 : 0]);
    return { outcome: outcome as 'completed' | 'lost', events: eventsIn(appended) };
  }

  /** @returns what is on record for the step (JSON), or undefined when the lease is lost */
  async recordStep(id: string, token: string, name: string, value: string): Promise<string | undefined> {
    return ((await this.#run('recordStep', id, [token, name, value])) as unknown as string | null) ?? undefined;
  }

  /**
   * @param nextAttemptAt milliseconds since 1970; undefined dead-letters the task
   * @param postponed the handler asked for another time: the attempt does not count
   * @param stack kept for operators
   * @param forGone the worker is gone: only where its lease is over
   */
  async fail(
    id: string,
    token: string,
    error: TaskError,
    nextAttemptAt?: number,
    { postponed = false, stack, forGone = false }: FailOptions = {},
  ): Promise<Failed> {
    const iso = nextAttemptAt === undefined ? '' : new Date(nextAttemptAt).toISOString();
    const args = [
      token,
      JSON.stringify(error),
      nextAttemptAt ?? '',
      iso,
      postponed ? 1 : 0,
      JSON.stringify(stack) ?? '',
      forGone ? 1 : '',
    ];
    const [outcome, appended, next] = await this.#run('fail', id, args);
    if (outcome === 'retrying') return { outcome, events: eventsIn(appended), nextAttemptAt: Number(next) };
    return { outcome: outcome as 'dead-lettered' | 'lost', events: eventsIn(appended) };
  }

  /**
   * @param owner who asks; undefined for an operator
   * @param unstarted only when it has not started
   * @returns undefined when there is no such task of theirs
   */
  async cancel(id: string, owner?: string, { unstarted = false } = {}): Promise<Changed<'cancelled'> | undefined> {
    return this.#change('cancel', id, owner, unstarted ? 1 : 0);
  }

  /**
   * @param owner who asks; undefined for an operator
   * @param scheduledFor milliseconds since 1970
   * @returns `expires` when the task would have expired by then; undefined when there is no such task of theirs
   */
  async reschedule(
    id: string,
    owner: string | undefined,
    scheduledFor: number,
  ): Promise<Changed<'rescheduled' | 'expires'> | undefined> {
    return this.#change('reschedule', id, owner, scheduledFor, new Date(scheduledFor).toISOString());
  }

  /** @param owner who asks; undefined for an operator. @returns undefined when there is no such task of theirs */
  async replay(id: string, owner?: string, options: ReplayOptions = {}): Promise<Replayed | undefined> {
    return toReplayed(await this.#run('replay', id, replayArguments(owner, this.#limits.window, options)));
  }

  /** @param owner who asks; undefined for an operator. @returns undefined when there is no such task of theirs */
  async discard(id: string, note: DiscardNote, owner?: string): Promise<Changed<'discarded'> | undefined> {
    return this.#change('discard', id, owner, JSON.stringify(note));
  }

  /** @returns the task, when a message for its next attempt is to be sent (again) */
  async resend(id: string): Promise<TaskFields | undefined> {
    const reply = (await this.#run('resend', id, [])) as unknown as string[] | null;
    return reply === null ? undefined : toFields(reply);
  }

  /**
   * Parks a task before a gate of its partition that the caller found shut.
   * @returns undefined when the message was not the one to start the task
   */
  async park(id: string, attempt: number, gate: string): Promise<{ owner: string; events: TaskEvent[] } | undefined> {
    const [outcome, announced, owner] = await this.#run('park', id, [attempt, gate]);
    return outcome === 'parked' ? { owner: owner as string, events: eventsIn(announced) } : undefined;
  }

  /** Wakes the first task before a gate. @param gate key of its sorted set. @param id any task of the partition */
  async openGate(id: string, gate: string): Promise<void> {
    await this.#run('openGate', id, [gate]);
  }

  /** @param finishedAt of the task that the callback tells of, milliseconds since 1970 */
  async callbackSubmitted(id: string, finishedAt: number): Promise<void> {
    await this.#run('callbackSubmitted', id, [finishedAt]);
  }

  /** @returns no events, and no owner, where nothing is to be done (yet) */
  async expire(id: string): Promise<{ events: TaskEvent[]; owner: string | undefined }> {
    const [appended, owner] = (await this.#run('expire', id, [])) as unknown as [unknown, string | null];
    return { events: eventsIn(appended), owner: owner ?? undefined };
  }

  /**
   * The broker has dead-lettered a message of the task.
   * @param message by default the first for the attempt, in the queue `tasks`
   * @returns no events, and an empty owner, unless the task was dead-lettered by that
   */
  async giveUp(
    id: string,
    attempt: number,
    error: TaskError,
    { messageId = `${id}:${attempt}`, queue = taskQueue }: { messageId?: string; queue?: string } = {},
  ): Promise<{ outcome: GivenUp; events: TaskEvent[]; owner: string }> {
    const message = [messageId, resendsOf(messageId, id) ?? '', queue];
    const [outcome, appended, owner] = await this.#run('giveUp', id, [attempt, JSON.stringify(error), ...message]);
    return {
      outcome: outcome as GivenUp,
      events: eventsIn(appended),
      owner: (owner as string | undefined) ?? '',
    };
  }

  /**
   * @param retentionMs how long finished tasks are kept: does nothing before
   * @returns the blobs that its payload is or was in, which are to be deleted too
   */
  async forget(id: string, retentionMs = 0): Promise<string[]> {
    return (await this.#run('forget', id, [retentionMs])) as unknown as string[];
  }

  async #change<Outcome extends string>(
    script: 'cancel' | 'discard' | 'reschedule',
    id: string,
    owner: string | undefined,
    ...more: (string | number)[]
  ): Promise<Changed<Outcome> | undefined> {
    return toChanged(await this.#run(script, id, [owner ?? '', ...more]));
  }

  async #run(script: StepName, id: string, args: ScriptArgument[]): Promise<Reply> {
    const keepsHistory = this.#onFinished !== undefined;
    const given = [this.#now(), ...args];
    const { reply, woken, hasEnded } = await takeStep(this.#redis, script, taskKey(id), given, { keepsHistory });
    if (woken.length > 0) this.#onWoken(woken.map(toFields));
    if (hasEnded) this.#onFinished?.(id);
    return reply as Reply;
  }
}
