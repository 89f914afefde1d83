import type { SubmitTask } from '../contracts/submit.ts';
import type { EventPage, Timeline } from '../contracts/task-event.ts';
import type { Stats, StatsWindow } from '../contracts/stats.ts';
import type { TaskState } from '../contracts/task-states.ts';
import type { TaskTypeInfo, TaskTypeList } from '../contracts/task-type-info.ts';
import type { Task, TaskPage } from '../contracts/task.ts';
import type { CreateUpload, Upload } from '../contracts/uploads.ts';
import type { SendRequest } from './request.ts';

export interface TaskQuery {
  readonly state?: TaskState;
  readonly type?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

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

  async getTask(id: string): Promise<Task> {
    return (await this.#send({ method: 'GET', path: taskPath(id) })) as Task;
  }

  async getPayload(id: string): Promise<unknown> {
    return this.#send({ method: 'GET', path: `${taskPath(id)}/payload` });
  }

  async getTimeline(id: string): Promise<Timeline> {
    return (await this.#send({ method: 'GET', path: `${taskPath(id)}/timeline` })) as Timeline;
  }

  async cancel(id: string): Promise<Task> {
    return (await this.#send({ method: 'POST', path: `${taskPath(id)}/cancel` })) as Task;
  }

  async replay(id: string): Promise<Task> {
    return (await this.#send({ method: 'POST', path: `${taskPath(id)}/replay` })) as Task;
  }

  async listTasks(query: TaskQuery = {}): Promise<TaskPage> {
    return (await this.#send({ method: 'GET', path: '/api/tasks', query: { ...query } })) as TaskPage;
  }

  async listTaskTypes(): Promise<readonly TaskTypeInfo[]> {
    return ((await this.#send({ method: 'GET', path: '/api/task-types' })) as TaskTypeList).taskTypes;
  }

  /** `after`: a cursor, `0` (all that is kept) or `latest` (none, only where the stream ends). */
  async listEvents(after: string): Promise<EventPage> {
    return (await this.#send({ method: 'GET', path: '/api/events', query: { after } })) as EventPage;
  }

  /** Of the caller's own tasks; for operators, of all tasks. */
  async getStats(window: StatsWindow = '1h'): Promise<Stats> {
    return (await this.#send({ method: 'GET', path: '/api/stats', query: { window } })) as Stats;
  }

  async negotiate(): Promise<ConnectionInfo> {
    return (await this.#send({ method: 'POST', path: '/api/negotiate' })) as ConnectionInfo;
  }
}

function taskPath(id: string): string {
  return `/api/tasks/${encodeURIComponent(id)}`;
}
