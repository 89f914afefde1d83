import type { ServiceBusMessage } from '@azure/service-bus';
import type { TaskEvent } from '../../contracts/task-event.ts';
import type { TaskError } from '../../contracts/task.ts';
import type { TaskType } from '../task-types/define-task-type.ts';
import { type Interruption, keepLease } from './lease.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { type HandlerOutcome, runHandler } from './run-handler.ts';
import { type RetryPolicy, retryDelay } from './task-lifecycle.ts';
import { createTaskMessage, type TaskMessage } from './task-message.ts';
import type { TaskFields } from './task-record.ts';
import type { Started, TaskStore } from './task-store.ts';

/** What running a task needs from outside. */
export interface Engine {
  readonly store: TaskStore;
  readonly taskTypes: ReadonlyMap<string, TaskType>;
  readonly leaseMs: number;
  readonly timeLimitMs: number;
  readonly retry: Omit<RetryPolicy, 'maxAttempts'>;
  readonly readPayload: (id: string) => Promise<string | undefined>;
  readonly send: (message: ServiceBusMessage) => Promise<void>;
  readonly publish: (owner: string, events: readonly TaskEvent[]) => void;
  readonly log: (...args: unknown[]) => void;
  readonly createToken: () => string;
  /** 0 to 1. */
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The task is dead-lettered, so its message has to go there too: thrown out of the trigger, it does. */
export class DeadLettered extends Error {}

/**
 * Does what a message of the task queue asks for. When it returns, the message is done with; when it throws, the broker
 * delivers it again, and in the end dead-letters it. Every step may be repeated after a crash.
 */
export async function runTask(engine: Engine, message: TaskMessage): Promise<void> {
  const token = engine.createToken();
  const started = await startWhenFree(engine, message, token);
  switch (started.outcome) {
    case 'started':
      engine.publish(started.fields.owner!, started.events);
      return runAttempt(engine, started.fields, token);
    case 'ended':
      engine.publish(started.fields.owner!, started.events);
      if (started.fields.state === 'dead-lettered') throw new DeadLettered(describeDeadLetter(started.fields));
      return engine.log(`Task ${message.id} is ${started.fields.state}: nothing to do.`);
    case 'superseded':
      // The process died between writing the retry down and sending its message.
      return sendAttempt(engine, started.fields, started.attempt, started.nextAttemptAt);
    case 'busy':
      return engine.log(`Task ${message.id} is in the hands of another worker, who keeps its lease up.`);
    case 'stale':
    case 'withdrawn':
      return engine.log(
        `Message for attempt ${message.attempt} of task ${message.id} is ${started.outcome}: nothing to do.`,
      );
    case 'unknown':
      throw new Error(
        `There is no record of task ${message.id}: its message goes to the dead-letter queue as evidence.`,
      );
  }
}

/** After a crash the dead worker's lease may have some seconds left: waits for its end, and gives up if it is renewed. */
async function startWhenFree(engine: Engine, { id, attempt }: TaskMessage, token: string): Promise<Started> {
  const first = await engine.store.start(id, attempt, token, engine.leaseMs);
  if (first.outcome !== 'busy') return first;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, first.leaseUntil - engine.now()) + 50));
  return engine.store.start(id, attempt, token, engine.leaseMs);
}

async function runAttempt(engine: Engine, fields: TaskFields, token: string): Promise<void> {
  const id = fields.id!;
  const controller = new AbortController();
  const lease = keepLease(engine.store, { id, token, leaseMs: engine.leaseMs }, (why: Interruption) =>
    controller.abort(why),
  );
  const progress = new ProgressReporter(async (value) => {
    engine.publish(fields.owner!, await engine.store.reportProgress(id, token, value));
  });
  try {
    const outcome = await handle(engine, fields, controller, progress);
    await progress.close();
    await settle(engine, fields, token, outcome);
  } finally {
    lease.close();
  }
}

async function handle(
  engine: Engine,
  fields: TaskFields,
  controller: AbortController,
  progress: ProgressReporter,
): Promise<HandlerOutcome> {
  const taskType = engine.taskTypes.get(fields.type!);
  if (taskType === undefined) {
    const error = { code: 'unknown-type', message: `This version of the app has no task type ${fields.type!}.` };
    return { kind: 'failure', error, permanent: false };
  }
  const payload = await engine.readPayload(fields.id!);
  const context = {
    taskId: fields.id!,
    attempt: Number(fields.attempt),
    maxAttempts: Number(fields.maxAttempts),
    progress: (percent: number, message?: string) => progress.report(percent, message),
    log: (...args: unknown[]) => engine.log(`[${fields.id!}]`, ...args),
  };
  return runHandler(taskType, payload, context, {
    controller,
    timeLimitMs: taskType.timeLimitMs ?? engine.timeLimitMs,
  });
}

async function settle(engine: Engine, fields: TaskFields, token: string, outcome: HandlerOutcome): Promise<void> {
  const { id, owner } = { id: fields.id!, owner: fields.owner! };
  switch (outcome.kind) {
    case 'interrupted':
      return engine.log(`Task ${id} was interrupted: ${outcome.reason}.`);
    case 'result': {
      const completed = await engine.store.complete(id, token, outcome.result);
      engine.publish(owner, completed.events);
      if (completed.outcome === 'lost') engine.log(`Task ${id}: the result came too late, the lease was lost.`);
      return;
    }
    case 'failure':
      return settleFailure(engine, fields, token, outcome.error, outcome.permanent);
  }
}

export async function settleFailure(
  engine: Engine,
  fields: TaskFields,
  token: string,
  error: TaskError,
  permanent: boolean,
): Promise<void> {
  const attempt = Number(fields.attempt);
  const policy = { ...engine.retry, maxAttempts: Number(fields.maxAttempts) };
  const delay = permanent ? undefined : retryDelay(policy, attempt, engine.random());
  const nextAttemptAt = delay === undefined ? undefined : engine.now() + delay;
  const failed = await engine.store.fail(fields.id!, token, error, nextAttemptAt);
  engine.publish(fields.owner!, failed.events);
  if (failed.outcome === 'retrying') return sendAttempt(engine, fields, attempt + 1, failed.nextAttemptAt);
  if (failed.outcome === 'dead-lettered')
    throw new DeadLettered(describeDeadLetter({ ...fields, error: JSON.stringify(error) }));
  engine.log(`Task ${fields.id!}: the failure came too late, the lease was lost.`);
}

async function sendAttempt(engine: Engine, fields: TaskFields, attempt: number, dueAt: number): Promise<void> {
  await engine.send(createTaskMessage(fields, attempt, dueAt));
  await engine.store.confirmSent(fields.id!, attempt);
}

function describeDeadLetter(fields: TaskFields): string {
  const error = fields.error === undefined ? undefined : (JSON.parse(fields.error) as TaskError);
  return `Task ${fields.id!} is dead-lettered after attempt ${fields.attempt!}: ${error?.message ?? 'no error was recorded'}`;
}
