import type { TaskEvent } from '../contracts/task-event.ts';
import type { TaskState } from '../contracts/task-states.ts';
import type { Task } from '../contracts/task.ts';
import { compareCursors } from './cursor.ts';

/** A task and the last event that was applied to it. */
export interface KnownTask {
  readonly task: Task;
  readonly cursor?: string;
  /** When its state last changed by an event; progress does not count. */
  readonly changedAt?: string;
}

const endStates: ReadonlySet<TaskState> = new Set(['completed', 'dead-lettered', 'cancelled', 'expired']);

/** True for a state that a task leaves only by a replay. */
export function isEnded(state: TaskState): boolean {
  return endStates.has(state);
}

/** The task after the event. An event older than what is known changes nothing. */
export function applyEvent(known: KnownTask, event: TaskEvent): KnownTask {
  if (known.cursor !== undefined && compareCursors(event.cursor, known.cursor) <= 0) return known;
  if (isOlder(event, known)) return { ...known, cursor: event.cursor };
  const task = { ...known.task, ...changes(known.task, event), state: event.state, attempt: event.attempt };
  const changedAt = event.kind === 'progress' ? known.changedAt : event.at;
  return { task: withoutUndefined(task), cursor: event.cursor, ...(changedAt === undefined ? {} : { changedAt }) };
}

/** Takes a fetched task, unless events have already told of something later. */
export function mergeFetched(known: KnownTask | undefined, fetched: Task): KnownTask {
  if (known === undefined) return { task: fetched };
  const same = fetched.state === known.task.state && fetched.attempt === known.task.attempt;
  const late = known.changedAt !== undefined && lastChange(fetched) < Date.parse(known.changedAt);
  if (late && !same) return known;
  // Lists leave receipts out.
  const { receipts = known.task.receipts } = fetched;
  return { ...known, task: { ...fetched, ...sameResult(known.task, fetched), ...(receipts && { receipts }) } };
}

/** The very object that is known, if it came of the same end: what somebody has unfolded of it is not drawn anew. */
function sameResult({ finishedAt, result }: Task, fetched: Task): { result?: unknown } {
  const isKnown = finishedAt !== undefined && finishedAt === fetched.finishedAt && fetched.state === 'completed';
  return isKnown && result !== undefined && fetched.result !== undefined ? { result } : {};
}

type Changes = { [Name in keyof Task]?: Task[Name] | undefined };

function changes(task: Task, event: TaskEvent): Changes {
  switch (event.kind) {
    case 'scheduled':
      return { nextAttemptAt: event.nextAttemptAt, scheduledFor: event.scheduledFor ?? task.scheduledFor };
    case 'queued':
      return { queuedAt: event.at, nextAttemptAt: undefined };
    case 'replayed':
      // The error stays, as in the record: it is why somebody replayed.
      return { ...ended, ...moreAttempts(event), queuedAt: event.at, finishedAt: undefined, expiresAt: undefined };
    case 'started':
      // Of the first attempt: what the record in Redis keeps.
      return { startedAt: task.startedAt ?? event.at, progress: undefined, nextAttemptAt: undefined };
    case 'progress':
      return { progress: event.progress };
    case 'retrying':
      return { ...moreAttempts(event), error: event.error ?? task.error, nextAttemptAt: event.nextAttemptAt };
    case 'completed':
      return { ...ended, result: event.result, error: undefined, finishedAt: event.at };
    case 'dead-lettered':
      return { ...ended, error: event.error ?? task.error, finishedAt: event.at };
    case 'cancelled':
    case 'expired':
      return { ...ended, finishedAt: event.at };
  }
}

const moreAttempts = ({ maxAttempts }: TaskEvent): Changes => (maxAttempts === undefined ? {} : { maxAttempts });
const ended: Changes = { nextAttemptAt: undefined, progress: undefined };

/** Whether a task that came from a snapshot already includes the event. */
function isOlder(event: TaskEvent, { task }: KnownTask): boolean {
  if (Date.parse(event.at) < lastChange(task)) return true;
  if (event.kind === 'replayed') return false;
  if (isEnded(task.state)) return true;
  if (event.attempt !== task.attempt) return event.attempt < task.attempt;
  return phase[event.state] < phase[task.state];
}

/** Order of states within one attempt. */
const phase: Record<TaskState, number> = {
  scheduled: 0,
  queued: 1,
  running: 2,
  retrying: 3,
  completed: 4,
  'dead-lettered': 4,
  cancelled: 4,
  expired: 4,
};

function lastChange({ createdAt, queuedAt, startedAt, finishedAt }: Task): number {
  const times = [createdAt, queuedAt, startedAt, finishedAt].filter((time) => time !== undefined);
  return Math.max(...times.map((time) => Date.parse(time)));
}

function withoutUndefined(task: Changes): Task {
  return Object.fromEntries(Object.entries(task).filter(([, value]) => value !== undefined)) as Task;
}
