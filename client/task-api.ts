import type { BatchResult, RescheduleTask, SubmitTask } from '../contracts/submit.ts';
import type { DeadLetterPage, DiscardDeadLetters, Discarded } from '../contracts/dead-letters.ts';
import type { JsonPatch, ReplayDeadLetters, ReplayPage, ReplayPlan, ReplayPreview } from '../contracts/replay.ts';
import type { Receipt, ReceiptsTaken } from '../contracts/receipt.ts';
import type { EventPage, Timeline } from '../contracts/task-event.ts';
import type { Stats, StatsWindow } from '../contracts/stats.ts';
import type { CancelledTasks, CancelTasks, TaskCounts } from '../contracts/task-filter.ts';
import type { TaskTypeInfo, TaskTypeList } from '../contracts/task-type-info.ts';
import type { TaskLogs } from '../contracts/task-log.ts';
import type { Task, TaskPage } from '../contracts/task.ts';
import type { CreateUpload, Upload } from '../contracts/uploads.ts';
import type { SendRequest } from './request.ts';

/** Which tasks are meant; `from` and `to` (ISO 8601) by when they were accepted. */
export interface TaskFilterQuery {
  /** One state or several, with commas between. */
  readonly state?: string;
  readonly type?: string;
  readonly tag?: string;
  readonly orderingKey?: string;
  /** ID of the schedule that they are runs of. */
  readonly schedule?: string;
  /** For operators only. */
  readonly owner?: string;
  /** Words, each of which stands somewhere in the task. */
  readonly q?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface TaskQuery extends TaskFilterQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** `from` and `to`: ISO 8601, by when tasks were dead-lettered. */
export interface DeadLetterQuery {
  readonly type?: string;
  readonly code?: string;
  readonly group?: string;
  readonly q?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** What the API gives at once. */
const largestEventPage = 1_000;

/** What SignalR's `negotiate` answers. */
export interface ConnectionInfo {
  readonly url: string;
  readonly accessToken: string;
}

/** The HTTP API, one method per function. Each rejects with an `ApiError`. */
export class TaskApi {
  readonly #send: SendRequest;

  constructor(send: SendRequest) {
    this.#send = send;
  }

  /** The same `idempotencyKey` with the same body gives the same task, however often it is sent. */
  async submit(body: SubmitTask, idempotencyKey?: string): Promise<Task> {
    const headers = idempotencyKey === undefined ? undefined : { 'Idempotency-Key': idempotencyKey };
    return (await this.#send({ method: 'POST', path: '/api/tasks', body, ...(headers && { headers }) })) as Task;
  }

  /** A place to upload a payload to that is too large for `submit`. */
  async createUpload(body: CreateUpload): Promise<Upload> {
    return (await this.#send({ method: 'POST', path: '/api/uploads', body })) as Upload;
  }

  /** @param resultLimit in bytes: a larger result is left out, and `resultBytes` tells its size */
  async getTask(id: string, resultLimit?: number): Promise<Task> {
    const query = resultLimit === undefined ? undefined : { resultLimit };
    return (await this.#send({ method: 'GET', path: taskPath(id), ...(query && { query }) })) as Task;
  }

  async getResult(id: string): Promise<unknown> {
    return this.#send({ method: 'GET', path: `${taskPath(id)}/result` });
  }

  async getPayload(id: string): Promise<unknown> {
    return this.#send({ method: 'GET', path: `${taskPath(id)}/payload` });
  }

  async getTimeline(id: string): Promise<Timeline> {
    return (await this.#send({ method: 'GET', path: `${taskPath(id)}/timeline` })) as Timeline;
  }

  /** @param after number of the last line that is known */
  async getLogs(id: string, after = 0): Promise<TaskLogs> {
    return (await this.#send({ method: 'GET', path: `${taskPath(id)}/logs`, query: { after } })) as TaskLogs;
  }

  async cancel(id: string): Promise<Task> {
    return (await this.#send({ method: 'POST', path: `${taskPath(id)}/cancel` })) as Task;
  }

  /** @param scheduledFor null for now */
  async reschedule(id: string, scheduledFor: string | null): Promise<Task> {
    const body: RescheduleTask = { scheduledFor };
    return (await this.#send({ method: 'POST', path: `${taskPath(id)}/reschedule`, body })) as Task;
  }

  /** Sends a dead letter on its way again. @param patch edits its payload before; the original is kept */
  async replay(id: string, patch?: JsonPatch): Promise<Task> {
    const body = patch === undefined ? undefined : { patch };
    return (await this.#send({ method: 'POST', path: `${taskPath(id)}/replay`, ...(body && { body }) })) as Task;
  }

  /** What the task was submitted with, where its payload has been edited since; else the payload. */
  async getOriginalPayload(id: string): Promise<unknown> {
    return this.#send({ method: 'GET', path: `${taskPath(id)}/payload`, query: { version: 'original' } });
  }

  /** Groups of all dead letters that fit, and one page of tasks, newest first. */
  async listDeadLetters(query: DeadLetterQuery = {}): Promise<DeadLetterPage> {
    return (await this.#send({ method: 'GET', path: '/api/dead-letters', query: { ...query } })) as DeadLetterPage;
  }

  /** Begins a plan; follow it by `getReplay`. */
  async replayDeadLetters(body: ReplayDeadLetters & { readonly dryRun?: false }): Promise<ReplayPlan> {
    return (await this.#send({ method: 'POST', path: '/api/dead-letters/replay', body })) as ReplayPlan;
  }

  /** Tells what a plan would do, and changes nothing. */
  async previewReplay(body: Omit<ReplayDeadLetters, 'dryRun'>): Promise<ReplayPreview> {
    const asked = { ...body, dryRun: true };
    return (await this.#send({ method: 'POST', path: '/api/dead-letters/replay', body: asked })) as ReplayPreview;
  }

  async discardDeadLetters(body: DiscardDeadLetters): Promise<Discarded> {
    return (await this.#send({ method: 'POST', path: '/api/dead-letters/discard', body })) as Discarded;
  }

  async getReplay(id: string): Promise<ReplayPlan> {
    return (await this.#send({ method: 'GET', path: replayPath(id) })) as ReplayPlan;
  }

  /** Newest first. */
  async listReplays(query: { readonly limit?: number; readonly cursor?: string } = {}): Promise<ReplayPage> {
    return (await this.#send({ method: 'GET', path: '/api/replays', query: { ...query } })) as ReplayPage;
  }

  async controlReplay(id: string, action: 'pause' | 'resume' | 'stop'): Promise<ReplayPlan> {
    return (await this.#send({ method: 'POST', path: `${replayPath(id)}/${action}` })) as ReplayPlan;
  }

  async listTasks(query: TaskQuery = {}): Promise<TaskPage> {
    return (await this.#send({ method: 'GET', path: '/api/tasks', query: { ...query } })) as TaskPage;
  }

  /** Tasks that have ended, also those that only history still has. */
  async listHistory(query: TaskQuery = {}): Promise<TaskPage> {
    return (await this.#send({ method: 'GET', path: '/api/history', query: { ...query } })) as TaskPage;
  }

  /** How many of the tasks that fit are in each state now. */
  async countTasks(query: TaskFilterQuery = {}): Promise<TaskCounts> {
    return (await this.#send({ method: 'GET', path: '/api/task-counts', query: { ...query } })) as TaskCounts;
  }

  /** One part of many: by a filter, ask again with the answer's cursor until there is none. */
  async cancelTasks(body: CancelTasks): Promise<CancelledTasks> {
    return (await this.#send({ method: 'POST', path: '/api/tasks/cancel', body })) as CancelledTasks;
  }

  /** Up to 1,000 tasks, each accepted or refused by itself; the results are in the same order. */
  async submitBatch(
    tasks: readonly (SubmitTask & { readonly idempotencyKey?: string })[],
  ): Promise<readonly BatchResult[]> {
    const answer = await this.#send({ method: 'POST', path: '/api/tasks/batch', body: { tasks } });
    return (answer as { readonly results: readonly BatchResult[] }).results;
  }

  async listTaskTypes(): Promise<readonly TaskTypeInfo[]> {
    return ((await this.#send({ method: 'GET', path: '/api/task-types' })) as TaskTypeList).taskTypes;
  }

  /** `after`: a cursor, `0` (all that is kept) or `latest` (none, only where the stream ends). */
  async listEvents(after: string, limit = largestEventPage): Promise<EventPage> {
    return (await this.#send({ method: 'GET', path: '/api/events', query: { after, limit } })) as EventPage;
  }

  /** Of the caller's own tasks; for operators, of all tasks. */
  async getStats(window: StatsWindow = '1h'): Promise<Stats> {
    return (await this.#send({ method: 'GET', path: '/api/stats', query: { window } })) as Stats;
  }

  /** Says that events were delivered here, or seen; repeating changes nothing. */
  async sendReceipts(receipts: readonly Receipt[]): Promise<ReceiptsTaken> {
    return (await this.#send({ method: 'POST', path: '/api/receipts', body: { receipts } })) as ReceiptsTaken;
  }

  async negotiate(): Promise<ConnectionInfo> {
    return (await this.#send({ method: 'POST', path: '/api/negotiate' })) as ConnectionInfo;
  }
}

function taskPath(id: string): string {
  return `/api/tasks/${encodeURIComponent(id)}`;
}

function replayPath(id: string): string {
  return `/api/replays/${encodeURIComponent(id)}`;
}
