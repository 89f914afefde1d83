import type { InvocationContext } from '@azure/functions';
import type { Task } from '../../contracts/task.ts';
import { getRedis } from '../azure/redis.ts';
import { admit, type SubmitLimits } from '../limits/admission.ts';
import { Backlog } from '../limits/backlog.ts';
import { Rates } from '../limits/rates.ts';
import { announcedBytes } from '../payloads/announced-uploads.ts';
import { getPayloadBlobs } from '../payloads/get-payload-store.ts';
import { holdingMemory } from '../payloads/memory-budget.ts';
import { findUpload, type ReadUpload } from '../payloads/uploads.ts';
import { getSettings } from '../settings.ts';
import { traced } from '../telemetry/traced.ts';
import { taskTypes } from '../task-types/registry.ts';
import { getSubmitting } from './engine.ts';
import { parseEnvelope, parseSubmission, type SubmissionLimits } from './parse-submission.ts';
import { submitTask } from './submit-task.ts';
import type { RunOf } from './task-record.ts';
import type { Turn, Turns } from './turns.ts';

/** Checks and submits one task; the functions that take one and many share it. With `turns`, those with one ordering key are stored in the order of the calls. */
export type Submitter = (body: unknown, idempotencyKey?: string, turns?: Turns) => Promise<Submitted>;

export interface Submitted {
  readonly task: Task;
  /** How much the client may go on sending. */
  readonly headers: Record<string, string>;
}

let admission: { readonly backlog: Backlog; readonly rates: Rates } | undefined;

function getSubmitLimits(): SubmitLimits {
  const { AcceptTasks, BacklogLimit, OwnerRatePerSecond, RatePerConcurrencyKey, TypeLimits } = getSettings();
  return {
    accepting: AcceptTasks,
    backlog: BacklogLimit,
    ownerRate: OwnerRatePerSecond,
    keyRate: RatePerConcurrencyKey,
    typeRate: (type) => TypeLimits[type]?.ratePerSecond ?? taskTypes.get(type)?.limits.ratePerSecond ?? 0,
  };
}

/** How submissions are checked. */
export function getSubmissionLimits(): SubmissionLimits {
  const settings = getSettings();
  return {
    payloadLimitBytes: settings.PayloadLimitBytes,
    maxAttempts: settings.MaxAttempts,
    callbackHosts: settings.CallbackHosts,
    idempotencyMs: settings.IdempotencyHours * 60 * 60 * 1000,
  };
}

/** @param run the schedule that the tasks are runs of */
export function createSubmitter(owner: string, context: InvocationContext, run?: RunOf): Submitter {
  const limits = getSubmissionLimits();
  const submitting = getSubmitting();
  const submit = async (draw: Draw, body: unknown, idempotencyKey?: string, traceparent?: string) => {
    const submission = {
      owner,
      body,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(traceparent && { traceparent }),
      ...(run !== undefined && { run }),
    };
    const submitWith = async (upload?: ReadUpload, drawn?: Turn) => {
      const task = parseSubmission(submission, taskTypes, limits, Date.now(), upload);
      // Before anything is waited for: the key may be the task type's.
      const turn = drawn ?? draw(upload === undefined ? task.orderingKey : undefined);
      admission ??= { backlog: new Backlog(getRedis()), rates: new Rates(getRedis()) };
      const headers = await admit(admission, getSubmitLimits(), task);
      const { backlog } = admission;
      const submitted = submitTask({ ...submitting, ...(turn && { turn }) }, task).catch((error: unknown) => {
        backlog.remove();
        throw error;
      });
      return { task: await submitted, headers };
    };
    if (!hasPayloadRef(body)) return submitWith();
    const { orderingKey } = body;
    const turn = draw(typeof orderingKey === 'string' ? orderingKey : undefined);
    // Whoever holds memory for a payload must not wait for one that waits for memory.
    await turn?.come;
    return withUpload(owner, body, (upload) => submitWith(upload, turn));
  };
  const parent = context.traceContext?.traceParent;
  return (body, idempotencyKey, turns) => {
    let turn: Turn | undefined;
    const draw: Draw = (key) => (turn = key === undefined ? undefined : turns?.draw(key));
    return traced(
      { name: 'submit', kind: 'producer', parent, attributes: {} },
      (traceparent) => submit(draw, body, idempotencyKey, traceparent),
      ({ task }) => ({ attributes: { 'task.id': task.id, 'task.type': task.type } }),
    ).finally(() => turn?.pass());
  };
}

type Draw = (orderingKey: string | undefined) => Turn | undefined;

function hasPayloadRef(body: unknown): body is { readonly payloadRef: unknown; readonly orderingKey?: unknown } {
  return typeof body === 'object' && body !== null && 'payloadRef' in body;
}

/** Reads what was uploaded only when the rest of the submission is in order. */
async function withUpload(
  owner: string,
  body: unknown,
  submit: (upload?: ReadUpload) => Promise<Submitted>,
): Promise<Submitted> {
  const { payloadRef } = parseEnvelope(body, taskTypes).submitted;
  if (payloadRef === undefined) return submit();
  const { bytes, read } = await findUpload(getPayloadBlobs(), {
    owner,
    ref: payloadRef,
    limitBytes: getSettings().UploadLimitBytes,
    announcedBytes: await announcedBytes(getRedis(), payloadRef.uploadId),
  });
  return holdingMemory(bytes, async () => submit(await read()));
}
