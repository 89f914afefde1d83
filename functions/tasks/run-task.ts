import { setTimeout } from 'node:timers/promises';
import type { TaskError } from '../../contracts/task.ts';
import { dispatch } from './dispatch.ts';
import { typeGate } from '../limits/type-slots.ts';
import type { Engine } from './engine.ts';
import { runAttempt } from './run-attempt.ts';
import type { HandlerOutcome } from './run-handler.ts';
import { type RetryPolicy, retryDelay } from './task-lifecycle.ts';
import type { TaskMessage } from './task-message.ts';
import type { TaskDetails, TaskFields } from './task-record.ts';
import type { Started } from './starting.ts';

/** The task is dead-lettered, so its message has to go there too: thrown out of the trigger, it does. */
export class DeadLettered extends Error {}

/**
 * Does what a message of the task queue asks for. When it returns, the message is done with; when it throws, the broker
 * delivers it again, and in the end dead-letters it. Every step may be repeated after a crash.
 */
export async function runTask(engine: Engine, message: TaskMessage): Promise<void> {
  const { taskType } = message;
  const token = engine.createToken();
  if (taskType === undefined || !engine.typeSlots.isLimited(taskType)) return startAndRun(engine, message, token);
  const giveBack = await takePlace(engine, message, taskType, token);
  if (giveBack === undefined) return;
  try {
    await startAndRun(engine, message, token);
  } finally {
    await giveBack();
    await wakeNext(engine, taskType);
  }
}

/** @returns undefined where the task waits for a place among those of its type; else gives the place back when called */
async function takePlace(
  engine: Engine,
  { id, attempt }: TaskMessage,
  taskType: string,
  token: string,
): Promise<(() => Promise<void>) | undefined> {
  const { typeSlots, store } = engine;
  const giveBack = await typeSlots.take(taskType, token);
  if (giveBack !== undefined) return giveBack;
  const parked = await store.park(id, attempt, typeGate(taskType));
  // It runs already, and may have been left by a worker that died: who takes it over does not wait, but counts.
  if (parked === undefined) return typeSlots.take(taskType, token, { beyondLimit: true });
  engine.publish(parked.owner, parked.events);
  // Whoever gave a place back between the two saw nobody wait for it.
  if (await typeSlots.hasRoom(taskType)) await wakeNext(engine, taskType);
  return undefined;
}

async function wakeNext({ typeSlots, store }: Engine, taskType: string): Promise<void> {
  const next = await typeSlots.nextWaiting(taskType);
  if (next !== undefined) await store.openGate(next.id, next.gate);
}

async function startAndRun(engine: Engine, message: TaskMessage, token: string): Promise<void> {
  const started = await startWhenFree(engine, message, token);
  switch (started.outcome) {
    case 'started':
      return runStarted(engine, started, token);
    case 'other-type':
      return runTask(engine, { ...message, taskType: started.type });
    case 'ended':
      engine.publish(started.fields.owner!, started.events);
      if (started.fields.state === 'dead-lettered') throw new DeadLettered(describeDeadLetter(started.fields));
      return engine.log(`Task ${message.id} is ${started.fields.state}: nothing to do.`);
    case 'superseded':
      // The process died between writing the retry down and sending its message.
      await dispatch(engine, started.fields, started.attempt, started.nextAttemptAt);
      return;
    case 'hop':
      await dispatch(engine, started.fields, Number(started.fields.attempt) + 1, started.dueAt);
      return;
    case 'let-in':
      engine.publish(started.fields.owner!, started.events);
      await dispatch(engine, started.fields, Number(started.fields.attempt) + 1);
      return;
    case 'parked':
      return engine.publish(started.fields.owner!, started.events);
    case 'unknown':
      throw new Error(
        `There is no record of task ${message.id}: its message goes to the dead-letter queue as evidence.`,
      );
    default:
      return engine.log(whyNothing(message, started));
  }
}

async function runStarted(engine: Engine, started: Extract<Started, { outcome: 'started' }>, token: string) {
  const { fields, events } = started;
  engine.onStarted(fields.id!);
  try {
    engine.publish(fields.owner!, events);
    await settle(engine, fields, token, await runAttempt(engine, started, token));
  } finally {
    engine.onEnded?.();
  }
}

type Idle = Exclude<
  Started,
  { outcome: 'started' | 'ended' | 'parked' | 'let-in' | 'hop' | 'superseded' | 'other-type' | 'unknown' }
>;

function whyNothing({ id, attempt }: TaskMessage, started: Idle): string {
  if (started.outcome === 'busy') return `Task ${id} is in the hands of another worker, who keeps its lease up.`;
  if (started.outcome === 'early')
    return `Message for task ${id} came ${started.waitMs} ms too early: its own will come in time.`;
  return `Message for attempt ${attempt} of task ${id} is ${started.outcome}: nothing to do.`;
}

/** Clocks differ by less than this; a message that comes earlier is not the one that was scheduled. */
const earlyAtMostMs = 60_000;

/**
 * After a crash the dead worker's lease may have some seconds left, and a message may come a little before its time: waits
 * for the end of that, once. Only for the message that the task waits for itself: a worker that waits does nothing else.
 */
async function startWhenFree(engine: Engine, message: TaskMessage, token: string): Promise<Started> {
  const { id, attempt, taskType = '' } = message;
  const start = () => engine.store.start(id, attempt, token, engine.leaseMs, taskType);
  const first = await start();
  if (first.outcome !== 'busy' && first.outcome !== 'early') return first;
  if (!isWorthWaiting(message, first)) return first;
  await (engine.wait ?? setTimeout)(first.waitMs + 1);
  return start();
}

function isWorthWaiting({ resends }: TaskMessage, first: Extract<Started, { outcome: 'busy' | 'early' }>): boolean {
  if (first.outcome === 'busy') return resends !== undefined;
  return first.waitMs <= earlyAtMostMs && resends === first.resends;
}

async function settle(engine: Engine, fields: TaskFields, token: string, outcome: HandlerOutcome): Promise<void> {
  const { id, owner } = { id: fields.id!, owner: fields.owner! };
  switch (outcome.kind) {
    case 'interrupted':
      return engine.log(`Task ${id} was interrupted: ${outcome.reason}.`);
    case 'result': {
      const completed = await engine.store.complete(id, token, outcome.result);
      engine.publish(owner, completed.events);
      await callBack(engine, fields);
      if (completed.outcome === 'lost') engine.log(`Task ${id}: the result came too late, the lease was lost.`);
      return;
    }
    case 'postponed':
      return fail(engine, fields, token, { error: outcome.error, delay: outcome.after, postponed: true });
    case 'failure':
      return settleFailure(engine, fields, token, outcome.error, outcome);
  }
}

/** @throws DeadLettered when no attempt is left */
export async function settleFailure(
  engine: Engine,
  fields: TaskFields,
  token: string,
  error: TaskError,
  { permanent, stack, forGone }: { permanent: boolean; stack?: string; forGone?: boolean },
): Promise<void> {
  const attempt = Number(fields.attempt) - Number(fields.uncounted ?? 0);
  const delay = permanent ? undefined : retryDelay(retryPolicy(engine, fields), attempt, engine.random());
  return fail(engine, fields, token, { error, delay, postponed: false, stack, forGone });
}

/** The task's own options win over its type's, and those over the app's. */
function retryPolicy(engine: Engine, fields: TaskFields): RetryPolicy {
  const { retry: own = {} } = JSON.parse(fields.details!) as TaskDetails;
  const ofType = engine.taskTypes.get(fields.type!)?.retry;
  const maxAttempts = Number(fields.maxAttempts) - Number(fields.uncounted ?? 0);
  return { ...engine.retry, ...ofType, ...own, maxAttempts } as RetryPolicy;
}

interface Failure {
  readonly error: TaskError;
  /** Milliseconds; undefined when no attempt follows. */
  readonly delay: number | undefined;
  readonly postponed: boolean;
  readonly stack?: string | undefined;
  /** The worker is gone, and the sweeper says so. */
  readonly forGone?: boolean | undefined;
}

async function fail(
  engine: Engine,
  fields: TaskFields,
  token: string,
  { error, delay, postponed, stack, forGone = false }: Failure,
): Promise<void> {
  const nextAttemptAt = delay === undefined ? undefined : engine.now() + delay;
  const failed = await engine.store.fail(fields.id!, token, error, nextAttemptAt, { postponed, stack, forGone });
  engine.publish(fields.owner!, failed.events);
  if (failed.outcome === 'retrying') {
    await dispatch(engine, fields, Number(fields.attempt) + 1, failed.nextAttemptAt);
    return;
  }
  if (failed.outcome === 'dead-lettered') {
    await callBack(engine, fields);
    throw new DeadLettered(describeDeadLetter({ ...fields, error: JSON.stringify(error) }));
  }
  engine.log(`Task ${fields.id!}: the failure came too late, the lease was lost.`);
}

/** When this fails, or the process dies before, the sweeper does it. */
async function callBack(engine: Engine, { id, callbackUrl }: TaskFields): Promise<void> {
  if (callbackUrl === undefined) return;
  await engine.callBack(id!).catch((error: unknown) => engine.log(`The callback of task ${id!} comes later:`, error));
}

function describeDeadLetter(fields: TaskFields): string {
  const error = fields.error === undefined ? undefined : (JSON.parse(fields.error) as TaskError);
  return `Task ${fields.id!} is dead-lettered after attempt ${fields.attempt!}: ${error?.message ?? 'no error was recorded'}`;
}
