import type { eventKinds, TaskState } from '../../../contracts/task-states.ts';
import { isFinished } from '../task-lifecycle.ts';

/** What should become of a task, written a second time: as plain rules, without Redis. Tests hold the scripts to it. */
export interface ModelTask {
  /** Undefined where there is no record. */
  readonly state: TaskState | undefined;
  readonly isWithdrawn: boolean;
  readonly isAnnounced: boolean;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly attemptsPerReplay: number | undefined;
  /** Put off, or before the last replay. */
  readonly uncounted: number;
  readonly runsAtMostOnce: boolean;
  readonly token: string | undefined;
  readonly leaseUntil: number;
  readonly dueAt: number;
  readonly expiresAt: number | undefined;
}

type Kind = (typeof eventKinds)[number];

/** What a command did: the task after it, what the caller is told, and the events that were appended. */
export interface Step {
  readonly task: ModelTask;
  readonly outcome: string;
  readonly kinds: readonly Kind[];
}

export const noTask: ModelTask = {
  state: undefined,
  isWithdrawn: false,
  isAnnounced: false,
  attempt: 0,
  maxAttempts: 0,
  attemptsPerReplay: undefined,
  uncounted: 0,
  runsAtMostOnce: false,
  token: undefined,
  leaseUntil: 0,
  dueAt: 0,
  expiresAt: undefined,
};

const unchanged = (task: ModelTask, outcome: string): Step => ({ task, outcome, kinds: [] });

function announced(task: ModelTask): { task: ModelTask; kinds: Kind[] } {
  if (task.isAnnounced) return { task, kinds: [] };
  return { task: { ...task, isAnnounced: true }, kinds: [task.state as Kind] };
}

function moved(task: ModelTask, state: TaskState, outcome: string, kinds: readonly Kind[] = []): Step {
  return { task: { ...task, state }, outcome, kinds: [...kinds, state as Kind] };
}

/** The end of a task that may not have been announced: that comes first. */
function over(task: ModelTask, state: TaskState, outcome: string): Step {
  const { task: known, kinds } = announced(task);
  return moved(known, state, outcome, kinds);
}

export interface Acceptance {
  readonly maxAttempts: number;
  readonly runsAtMostOnce: boolean;
  readonly scheduledFor: number | undefined;
  readonly expiresAt: number | undefined;
}

export function accept(task: ModelTask, { scheduledFor, ...given }: Acceptance): Step {
  if (task.state !== undefined) return unchanged(task, 'accepted');
  if (task.isWithdrawn) return unchanged(task, 'withdrawn');
  const state = scheduledFor === undefined ? 'queued' : 'scheduled';
  return unchanged({ ...noTask, ...given, state, dueAt: scheduledFor ?? 0 }, 'accepted');
}

export function confirm(task: ModelTask): Step {
  if (task.state !== 'queued' && task.state !== 'scheduled') return unchanged(task, 'done');
  return { ...announced(task), outcome: 'done' };
}

export function withdraw(task: ModelTask): Step {
  if (task.isAnnounced || (task.state !== undefined && isFinished(task.state))) return unchanged(task, 'false');
  return unchanged({ ...noTask, isWithdrawn: true }, 'true');
}

export interface Delivery {
  readonly attempt: number;
  readonly token: string;
  readonly now: number;
  readonly leaseMs: number;
}

/** The message for an attempt is delivered: perhaps again, perhaps late. */
export function start(task: ModelTask, delivery: Delivery): Step {
  const { attempt, token, now } = delivery;
  if (task.state === undefined) return unchanged(task, task.isWithdrawn ? 'withdrawn' : 'unknown');
  if (isFinished(task.state)) return unchanged(task, 'ended');
  if (task.state === 'running') return takeOver(task, delivery);
  if (attempt < task.attempt || (task.state === 'queued' && attempt <= task.attempt)) return unchanged(task, 'stale');
  if (task.state === 'retrying' && attempt <= task.attempt) return unchanged(task, 'superseded');
  if (task.expiresAt !== undefined && task.expiresAt <= now) return over(task, 'expired', 'ended');
  if (task.state !== 'queued' && task.dueAt > now) return unchanged(task, 'early');
  const { task: known, kinds } = announced(task);
  return leased({ ...known, attempt }, token, delivery, kinds);
}

function takeOver(task: ModelTask, delivery: Delivery): Step {
  if (delivery.attempt < task.attempt) return unchanged(task, 'stale');
  if (task.token === delivery.token) return unchanged(task, 'started');
  if (task.leaseUntil > delivery.now) return unchanged(task, 'busy');
  if (task.runsAtMostOnce) return moved(task, 'dead-lettered', 'ended');
  return leased({ ...task, attempt: delivery.attempt }, delivery.token, delivery, []);
}

function leased(task: ModelTask, token: string, { now, leaseMs }: Delivery, kinds: readonly Kind[]): Step {
  const leaseUntil = now + leaseMs;
  return { task: { ...task, state: 'running', token, leaseUntil }, outcome: 'started', kinds: [...kinds, 'started'] };
}

const holds = (task: ModelTask, token: string) => task.state === 'running' && task.token === token;

export function renew(task: ModelTask, { token, now, leaseMs }: Omit<Delivery, 'attempt'>): Step {
  if (task.token !== token) return unchanged(task, 'lost');
  if (task.state !== 'running') return unchanged(task, task.state ?? 'lost');
  return unchanged({ ...task, leaseUntil: now + leaseMs }, 'running');
}

export function progress(task: ModelTask, token: string): Step {
  return { task, outcome: 'done', kinds: holds(task, token) ? ['progress'] : [] };
}

export function complete(task: ModelTask, token: string): Step {
  if (holds(task, token)) return moved(task, 'completed', 'completed');
  return unchanged(task, task.token === token && task.state === 'completed' ? 'completed' : 'lost');
}

export interface Failure {
  readonly token: string;
  readonly nextAttemptAt: number | undefined;
  readonly isPostponed: boolean;
}

export function fail(task: ModelTask, { token, nextAttemptAt, isPostponed }: Failure): Step {
  if (!holds(task, token)) {
    const isRepeated = task.token === token && (task.state === 'retrying' || task.state === 'dead-lettered');
    return unchanged(task, isRepeated ? task.state : 'lost');
  }
  if (nextAttemptAt === undefined) return moved(task, 'dead-lettered', 'dead-lettered');
  const more = isPostponed ? 1 : 0;
  const [maxAttempts, uncounted] = [task.maxAttempts + more, task.uncounted + more];
  return moved({ ...task, maxAttempts, uncounted, dueAt: nextAttemptAt }, 'retrying', 'retrying');
}

/** The broker has dead-lettered a message: the attempt it was for is spent, should no other message stand for the task. */
export function giveUp(task: ModelTask, attempt: number, now: number): Step {
  if (task.state === undefined) return unchanged(task, 'unknown');
  if (task.state === 'dead-lettered' && attempt === task.attempt) return unchanged(task, 'kept');
  if (isFinished(task.state) || attempt < task.attempt) return unchanged(task, 'obsolete');
  if (task.state !== 'running' && attempt === task.attempt) return unchanged(task, 'obsolete');
  if (task.state === 'running' && task.leaseUntil > now) return unchanged(task, 'busy');
  return over({ ...task, attempt }, 'dead-lettered', 'dead-lettered');
}

export function cancel(task: ModelTask): Step {
  if (task.state === undefined) return unchanged(task, 'unknown');
  if (task.state === 'cancelled') return unchanged(task, 'cancelled');
  if (isFinished(task.state)) return unchanged(task, 'forbidden-state');
  return over(task, 'cancelled', 'cancelled');
}

export function expire(task: ModelTask, now: number): Step {
  const waits = task.state === 'scheduled' || task.state === 'queued' || task.state === 'retrying';
  if (!waits || task.expiresAt === undefined || task.expiresAt > now) return unchanged(task, 'done');
  return over(task, 'expired', 'done');
}

export function replay(task: ModelTask): Step {
  if (task.state === undefined) return unchanged(task, 'unknown');
  if (task.state !== 'dead-lettered') return unchanged(task, 'forbidden-state');
  const attemptsPerReplay = task.attemptsPerReplay ?? task.maxAttempts - task.uncounted;
  const maxAttempts = task.attempt + attemptsPerReplay;
  const again = {
    ...task,
    state: 'queued',
    attemptsPerReplay,
    maxAttempts,
    uncounted: task.attempt,
    token: undefined,
    expiresAt: undefined,
  } as const;
  return { task: again, outcome: 'replayed', kinds: ['replayed'] };
}
