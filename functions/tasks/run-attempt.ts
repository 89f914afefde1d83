import { AppError } from '../errors.ts';
import { holdingMemory } from '../payloads/memory-budget.ts';
import { traced } from '../telemetry/traced.ts';
import { LogKeeper } from '../task-logs/log-keeper.ts';
import type { TaskContext, TaskType } from '../task-types/define-task-type.ts';
import type { Engine } from './engine.ts';
import { Interruption, keepLease } from './lease.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { type HandlerOutcome, runHandler } from './run-handler.ts';
import { createStep } from './step-memory.ts';
import { StepsUnderWay } from './steps-under-way.ts';
import type { InHand } from './starting.ts';

/** Runs the handler for one attempt, under a lease that is renewed meanwhile. */
export function runAttempt(engine: Engine, inHand: InHand, token: string): Promise<HandlerOutcome> {
  const { id, type, attempt } = inHand.fields;
  const attributes = { 'task.id': id, 'task.type': type, 'task.attempt': attempt };
  return traced(
    { name: 'attempt', kind: 'internal', attributes },
    () => attend(engine, inHand, token),
    (outcome) => ('error' in outcome ? { failure: outcome.error.code } : {}),
  );
}

async function attend(engine: Engine, inHand: InHand, token: string): Promise<HandlerOutcome> {
  const { fields } = inHand;
  const taskType = engine.taskTypes.get(fields.type!);
  if (taskType === undefined) {
    // Another version of the app may know it: a rollback, or an instance that is not yet replaced.
    const error = { code: 'unknown-type', message: `This version of the app has no task type ${fields.type!}.` };
    return { kind: 'failure', error, permanent: false };
  }
  const id = fields.id!;
  const controller = new AbortController();
  const lease = keepLease(engine.store, { id, token, leaseMs: engine.leaseMs }, (why) => controller.abort(why));
  const progress = new ProgressReporter(async (value) => {
    engine.publish(fields.owner!, await engine.store.reportProgress(id, token, value));
  });
  const logs = new LogKeeper({
    attempt: Number(fields.attempt),
    token,
    keep: (batch) => engine.keepLogs(id, batch),
    tell: (newest) => engine.tellLogs(fields.owner!, id, newest),
    now: engine.now,
  });
  try {
    return await holdingMemory(Number(fields.payloadBytes), () =>
      handle(engine, { taskType, inHand, token, controller, progress, logs }),
    );
  } finally {
    logs.close();
    await progress.close();
    lease.close();
  }
}

interface Attempt {
  readonly taskType: TaskType;
  readonly inHand: InHand;
  readonly token: string;
  readonly controller: AbortController;
  readonly progress: ProgressReporter;
  readonly logs: LogKeeper;
}

async function handle(
  engine: Engine,
  { taskType, inHand, token, controller, progress, logs }: Attempt,
): Promise<HandlerOutcome> {
  const { fields, steps: known } = inHand;
  const id = fields.id!;
  const read = await readPayload(engine, inHand);
  if ('kind' in read) return read;
  const once = fields.delivery === 'exactly-once';
  const steps = new StepsUnderWay(controller.signal);
  const remembered = createStep({
    known,
    checkLease: async () => (once ? checkLease(engine, id, token) : undefined),
    record: (name, value) => engine.store.recordStep(id, token, name, value),
    limitBytes: engine.resultLimitBytes,
  });
  const context: Omit<TaskContext, 'signal'> = {
    taskId: id,
    owner: fields.owner!,
    submittedAt: Number(fields.createdAt),
    attempt: Number(fields.attempt),
    maxAttempts: Number(fields.maxAttempts),
    progress: (percent, message) => progress.report(percent, message),
    log: (...args) => {
      engine.log(`[${id}]`, ...args);
      logs.add(args);
    },
    step: (name, run) => steps.watch(() => remembered(name, run)),
  };
  const timeLimitMs = taskType.timeLimitMs ?? engine.timeLimitMs;
  const { resultLimitBytes } = engine;
  const settling: TaskType = { ...taskType, run: (...given) => steps.settledAfter(() => taskType.run(...given)) };
  return runHandler(settling, read.payload, context, { controller, timeLimitMs, resultLimitBytes });
}

const storageBackMs = 10_000;

/** Or what to do without it: an outage of the storage counts for no attempt, damage is for ever. */
async function readPayload(
  engine: Engine,
  { fields, payload }: InHand,
): Promise<{ readonly payload: string | undefined } | HandlerOutcome> {
  try {
    return { payload: await engine.readPayload(fields, payload) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message } = error;
    if (code !== 'dependency-unavailable') return { kind: 'failure', error: { code, message }, permanent: true };
    return { kind: 'postponed', error: { code, message }, after: storageBackMs };
  }
}

async function checkLease(engine: Engine, id: string, token: string): Promise<void> {
  const state = await engine.store.renewLease(id, token, engine.leaseMs);
  if (state === 'cancelled') throw new Interruption('cancelled', 'The task was cancelled.');
  if (state !== 'running') throw new Interruption('lost', 'Another worker has taken the task over.');
}
