import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { type Task, Timestamp } from '../../contracts/task.ts';
import { type TaskState, taskStates } from '../../contracts/task-states.ts';
import { getPatientRedis } from '../azure/redis.ts';
import { getSettings } from '../settings.ts';
import { defineTaskType, PermanentError } from '../task-types/define-task-type.ts';
import { findTask } from '../tasks/task-queries.ts';
import { isCallbackAllowed } from './callback-hosts.ts';

const timeoutMs = 15_000;
const maxAttempts = 10;
const goneForGood = 410;

/** What a callback says: Standard Webhooks 1.0 (standardwebhooks.com). */
export interface Callback {
  /** How the task ended. */
  readonly type: `task.${TaskState}`;
  /** ISO 8601: when the task ended. */
  readonly timestamp: string;
  /** The task as it is now: it may have been replayed since. */
  readonly data: Task;
}

/**
 * Tells the `callbackUrl` of a task how it ended: itself a task, so it is retried, kept and seen like any other. Nobody can
 * submit it.
 */
export const deliverCallback = defineTaskType({
  name: 'deliver-callback',
  title: 'Deliver a callback',
  isInternal: true,
  schema: z.strictObject({ taskId: z.string(), url: z.url(), state: z.enum(taskStates), finishedAt: Timestamp }),
  example: {
    taskId: '019a0000-0000-7000-8000-000000000000',
    url: 'https://example.org/tasks',
    state: 'completed',
    finishedAt: '2026-11-21T09:30:00.000Z',
  },
  retry: { maxAttempts, firstDelayMs: 500, factor: 4, maxDelayMs: 3_600_000 },
  async run({ taskId: callbackId, signal }, { taskId, url, state, finishedAt }) {
    const { CallbackHosts, CallbackSecret } = getSettings();
    if (!isCallbackAllowed(url, CallbackHosts)) {
      throw new PermanentError(`${new URL(url).host} is not among the CallbackHosts any more.`, 'callback-forbidden');
    }
    const task = await findTask(getPatientRedis(), taskId);
    if (task === undefined) throw new PermanentError(`Task ${taskId} is no longer kept.`, 'task-missing');
    const callback: Callback = { type: `task.${state}`, timestamp: finishedAt, data: task };
    const body = JSON.stringify(callback);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sign(callbackId, body, CallbackSecret) },
      body,
      // A redirect could lead to a host that is not allowed.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    if (response.status === goneForGood) throw new PermanentError(`${url} answered 410 Gone.`, 'callback-gone');
    if (!response.ok)
      throw Object.assign(new Error(`${url} answered ${response.status}.`), { code: 'callback-refused' });
    return { status: response.status };
  },
});

function sign(id: string, body: string, secret: string | undefined): Record<string, string> {
  const now = new Date();
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(now.getTime() / 1000)) };
  return secret === undefined ? headers : { ...headers, 'webhook-signature': new Webhook(secret).sign(id, now, body) };
}
