import type { InvocationContext } from '@azure/functions';
import type { Task } from '../../contracts/task.ts';
import { sendMessage } from '../azure/service-bus.ts';
import { publish } from '../events/publish.ts';
import { getSettings } from '../settings.ts';
import { taskTypes } from '../task-types/registry.ts';
import { getPatientTaskStore, getTaskStore } from './engine.ts';
import { parseSubmission } from './parse-submission.ts';
import { type Submitting, submitTask } from './submit-task.ts';

/** Checks and submits one task; the functions that take one and many share it. */
export type Submitter = (body: unknown, idempotencyKey?: string) => Promise<Task>;

export function createSubmitter(owner: string, context: InvocationContext): Submitter {
  const settings = getSettings();
  const limits = {
    payloadLimitBytes: settings.PayloadLimitBytes,
    maxAttempts: settings.MaxAttempts,
    idempotencyMs: settings.IdempotencyHours * 60 * 60 * 1000,
  };
  const traceparent = context.traceContext?.traceParent;
  const submitting: Submitting = {
    store: getTaskStore(),
    patientStore: getPatientTaskStore(),
    send: sendMessage,
    publish,
  };
  return async (body, idempotencyKey) => {
    const submission = {
      owner,
      body,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(traceparent && { traceparent }),
    };
    return submitTask(submitting, parseSubmission(submission, taskTypes, limits, Date.now()));
  };
}
