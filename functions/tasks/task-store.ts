import type { Redis } from 'ioredis';
import { eventResultDepth, eventResultLimitBytes, type TaskEvent } from '../../contracts/task-event.ts';
import type { Delivery } from '../../contracts/task-states.ts';
import type { DiscardNote, EditNote, Progress, TaskError } from '../../contracts/task.ts';
import { toEvent } from '../events/event-record.ts';
import type { StoredPayload, Uploaded } from '../payloads/payload-store.ts';
import { acceptArguments, type Accepted, type NewRun, toAccepted } from './accepting.ts';
import { depthOf } from './json-limits.ts';
import { takeStep, type StepName } from './steps.ts';
import { taskKey } from './task-keys.ts';
import { toFields, type TaskDetails, type TaskFields } from './task-record.ts';

export interface NewTask {
  readonly id: string;
  readonly owner: string;
  readonly type: string;
  readonly delivery: Delivery;
  readonly details: TaskDetails;
  /** JSON; empty where the payload was uploaded. */
  readonly payload: string;
  readonly payloadBytes: number;
  readonly uploaded?: Uploaded;
  readonly maxAttempts: number;
  /** Milliseconds since 1970, as all times here. */
  readonly scheduledFor?: number;
  readonly expiresAt?: number;
  /** The queue its messages go through. */
  readonly lane: string;
  readonly orderingKey?: string;
  /** As a dead letter it keeps its successors with the same ordering key waiting. */
  readonly holds?: boolean;
  readonly concurrencyKey?: string;
  readonly callbackUrl?: string;
  readonly idempotency?: { readonly key: string; readonly fingerprint: string; readonly keptMs: number };
}

/** A task whose payload is in the form that Redis keeps, and lies where else it should. */
export type StorableTask = Omit<NewTask, 'payload' | 'payloadBytes' | 'uploaded'> & StoredPayload;

/** What an attempt starts from. */
export interface InHand {
  readonly fields: TaskFields;
  /** As Redis holds it, which is JSON, when it is small and not compressed; else it has to be read. */
  readonly payload: string | undefined;
  /** Values of finished steps, as JSON by name. */
  readonly steps: Readonly<Record<string, string>>;
}

export type Started =
  | ({ readonly outcome: 'started'; readonly events: TaskEvent[] } & InHand)
  | { readonly outcome: 'ended' | 'parked' | 'let-in'; readonly events: TaskEvent[]; readonly fields: TaskFields }
  | { readonly outcome: 'busy'; /** Until it may be tried again. */ readonly waitMs: number }
  | {
      readonly outcome: 'early';
      readonly waitMs: number;
      /** Of the message that it waits for. */ readonly resends: number;
    }
  | { readonly outcome: 'other-type'; readonly type: string }
  | { readonly outcome: 'hop'; readonly dueAt: number; readonly fields: TaskFields }
  | {
      readonly outcome: 'superseded';
      readonly attempt: number;
      readonly nextAttemptAt: number;
      readonly fields: TaskFields;
    }
  | { readonly outcome: 'stale' | 'withdrawn' }
  | { readonly outcome: 'unknown' };

export type Failed =
  | { readonly outcome: 'retrying'; readonly events: TaskEvent[]; readonly nextAttemptAt: number }
  | { readonly outcome: 'dead-lettered' | 'lost'; readonly events: TaskEvent[] };

/**
 * What became of a task whose message the broker dead-lettered: `kept`: it was a dead letter already; `obsolete`: the message
 * says nothing any more, and is to be taken out; `busy`: somebody holds the lease.
 */
export type GivenUp = 'dead-lettered' | 'kept' | 'obsolete' | 'busy' | 'unknown';

/** How many tasks may wait or run at once, for each owner. */
export interface OwnerLimits {
  /** Messages in one lane; further tasks wait in Redis, so that a flood keeps no other owner's tasks waiting. */
  readonly window: number;
  /** Tasks that wait in all; further ones are refused. */
  readonly backlog: number;
  /** Tasks that run at once; 0 for any number. */
  readonly concurrency: number;
  /** Tasks with one concurrency key that run at once; 0 for any number. */
  readonly keyConcurrency: number;
}

export interface TaskStoreOptions {
  /** Milliseconds since 1970; by default the clock of Redis. */
  readonly now?: () => number;
  readonly limits?: Partial<OwnerLimits>;
  /** Gets tasks whose turn has come by a change of another: their messages are to be sent. */
  readonly onWoken?: (tasks: readonly TaskFields[]) => void;
}

/** What became of a change that somebody asked for. */
export interface Changed<Outcome extends string> {
  readonly outcome: Outcome | 'forbidden-state';
  readonly events: TaskEvent[];
  readonly fields: TaskFields;
}

/** A payload as it was edited, stored as that of a new task. */
export interface PayloadEdit {
  readonly stored: StoredPayload;
  readonly note: EditNote;
  /** How often the payload had been edited when it was read: another edit since then is not to be lost. */
  readonly after: number;
}

export interface ReplayOptions {
  /** Replays the task once, however often it asks. */
  readonly plan?: string;
  readonly edit?: PayloadEdit;
}

export type Replayed =
  | (Changed<'replayed'> & { /** Which replay of the task this is, from 1. */ readonly replays: number })
  | { readonly outcome: 'edited-meanwhile' };

type Reply = [string, ...unknown[]];
const events = (reply: unknown) => (reply as string[]).map(toEvent);
const fields = (reply: unknown) => toFields(reply as string[]);

const tombstoneMs = 24 * 60 * 60 * 1000;
/** How long after it was due the first message of an attempt is given up for lost; twice as long for each further one. */
const messagePatienceMs = 2 * 60 * 1000;
const longestPatienceMs = 60 * 60 * 1000;

const defaultLimits: OwnerLimits = { window: 64, backlog: 1_000_000, concurrency: 0, keyConcurrency: 1 };

/**
 * Every transition of a task: one script each, which checks the state it comes from, writes the new one and appends the
 * event, or does nothing. Asked twice, each answers the same, so a call may be repeated when its reply got lost.
 */
export class TaskStore {
  readonly #redis: Redis;
  readonly #now: () => number | '';
  readonly #limits: OwnerLimits;
  readonly #onWoken: (tasks: readonly TaskFields[]) => void;

  constructor(redis: Redis, { now, limits, onWoken }: TaskStoreOptions = {}) {
    this.#redis = redis;
    this.#now = now ?? (() => '');
    this.#limits = { ...defaultLimits, ...limits };
    this.#onWoken = onWoken ?? (() => undefined);
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
    return { events: events(announced), queuedAt: queuedAt ?? undefined };
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
    const [outcome, first, second, third, fourth] = await this.#run('start', id, args);
    switch (outcome) {
      case 'started': {
        const payload = (third as string | null) || undefined;
        return { outcome, events: events(first), fields: fields(second), payload, steps: fields(fourth) };
      }
      case 'ended':
      case 'parked':
      case 'let-in':
        return { outcome, events: events(first), fields: fields(second) };
      case 'busy':
        return { outcome, waitMs: Number(first) };
      case 'early':
        return { outcome, waitMs: Number(first), resends: Number(second) };
      case 'other-type':
        return { outcome, type: first as string };
      case 'hop':
        return { outcome, dueAt: Number(first), fields: fields(second) };
      case 'superseded':
        return { outcome, attempt: Number(first), nextAttemptAt: Number(second), fields: fields(third) };
      case 'unknown':
        return { outcome };
      default:
        return { outcome: outcome as 'stale' | 'withdrawn' };
    }
  }

  /** @returns the task's state, or `lost` when another worker holds the lease or the task is gone */
  async renewLease(id: string, token: string, leaseMs: number): Promise<string> {
    return (await this.#run('renewLease', id, [token, leaseMs])) as unknown as string;
  }

  async reportProgress(id: string, token: string, progress: Progress): Promise<TaskEvent[]> {
    const [appended] = (await this.#run('reportProgress', id, [token, JSON.stringify(progress)])) as unknown[];
    return events(appended);
  }

  /** @param result JSON */
  async complete(
    id: string,
    token: string,
    result: string,
  ): Promise<{ outcome: 'completed' | 'lost'; events: TaskEvent[] }> {
    const small = Buffer.byteLength(result) <= eventResultLimitBytes && depthOf(result) <= eventResultDepth;
    const [outcome, appended] = await this.#run('complete', id, [token, result, small ? 1 : 0]);
    return { outcome: outcome as 'completed' | 'lost', events: events(appended) };
  }

  /** @returns what is on record for the step (JSON), or undefined when the lease is lost */
  async recordStep(id: string, token: string, name: string, value: string): Promise<string | undefined> {
    return ((await this.#run('recordStep', id, [token, name, value])) as unknown as string | null) ?? undefined;
  }

  /**
   * @param nextAttemptAt milliseconds since 1970; undefined dead-letters the task
   * @param postponed the handler asked for another time: the attempt does not count
   * @param stack kept for operators
   */
  async fail(
    id: string,
    token: string,
    error: TaskError,
    nextAttemptAt?: number,
    { postponed = false, stack }: { postponed?: boolean; stack?: string | undefined } = {},
  ): Promise<Failed> {
    const iso = nextAttemptAt === undefined ? '' : new Date(nextAttemptAt).toISOString();
    const args = [
      token,
      JSON.stringify(error),
      nextAttemptAt ?? '',
      iso,
      postponed ? 1 : 0,
      JSON.stringify(stack) ?? '',
    ];
    const [outcome, appended, next] = await this.#run('fail', id, args);
    if (outcome === 'retrying') return { outcome, events: events(appended), nextAttemptAt: Number(next) };
    return { outcome: outcome as 'dead-lettered' | 'lost', events: events(appended) };
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
  async replay(id: string, owner?: string, { plan, edit }: ReplayOptions = {}): Promise<Replayed | undefined> {
    const edited = edit === undefined ? [''] : editArguments(edit);
    const args = [owner ?? '', this.#limits.window, plan ?? '', ...edited];
    const [outcome, first, second, replays] = await this.#run('replay', id, args);
    switch (outcome) {
      case 'replayed':
        return { outcome, events: events(first), fields: fields(second), replays: Number(replays) };
      case 'forbidden-state':
        return { outcome, events: [], fields: fields(first), replays: 0 };
      case 'edited-meanwhile':
        return { outcome };
      default:
        return undefined;
    }
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
    return outcome === 'parked' ? { owner: owner as string, events: events(announced) } : undefined;
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
    return { events: events(appended), owner: owner ?? undefined };
  }

  /**
   * The broker has dead-lettered a message of the task.
   * @returns no events, and an empty owner, unless the task was dead-lettered by that
   */
  async giveUp(
    id: string,
    attempt: number,
    error: TaskError,
  ): Promise<{ outcome: GivenUp; events: TaskEvent[]; owner: string }> {
    const [outcome, appended, owner] = await this.#run('giveUp', id, [attempt, JSON.stringify(error)]);
    return {
      outcome: outcome as GivenUp,
      events: events(appended),
      owner: (owner as string | undefined) ?? '',
    };
  }

  /** @returns the blobs that its payload is or was in, which are to be deleted too */
  async forget(id: string): Promise<string[]> {
    return (await this.#run('forget', id, [])) as unknown as string[];
  }

  async #change<Outcome extends string>(
    script: 'cancel' | 'discard' | 'reschedule',
    id: string,
    owner: string | undefined,
    ...more: (string | number)[]
  ): Promise<Changed<Outcome> | undefined> {
    const [outcome, first, second] = await this.#run(script, id, [owner ?? '', ...more]);
    if (outcome === 'unknown') return undefined;
    if (outcome === 'forbidden-state' || outcome === 'expires') {
      return { outcome: outcome as Outcome | 'forbidden-state', events: [], fields: fields(first) };
    }
    return { outcome: outcome as Outcome, events: events(first), fields: fields(second) };
  }

  async #run(script: StepName, id: string, args: (string | number | Buffer)[]): Promise<Reply> {
    const { reply, woken } = await takeStep(this.#redis, script, taskKey(id), [this.#now(), ...args]);
    if (woken.length > 0) this.#onWoken(woken.map(toFields));
    return reply as Reply;
  }
}

function editArguments({ stored, note, after }: PayloadEdit): (string | number | Buffer)[] {
  const { payload, payloadBytes, payloadSha256 = '', payloadBlob = '', payloadCacheMs = '' } = stored;
  return [JSON.stringify(note), after, payload, payloadBytes, payloadSha256, payloadBlob, payloadCacheMs];
}
