import type { PreviewSchedule, SaveSchedule, Schedule, SchedulePage, SchedulePreview } from '../contracts/schedule.ts';
import type { Task } from '../contracts/task.ts';
import type { SendRequest } from './request.ts';

export interface ScheduleQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** Recurring tasks over HTTP, one method per function. Each rejects with an `ApiError`. */
export class ScheduleApi {
  readonly #send: SendRequest;

  constructor(send: SendRequest) {
    this.#send = send;
  }

  async list(query: ScheduleQuery = {}): Promise<SchedulePage> {
    return (await this.#send({ method: 'GET', path: '/api/schedules', query: { ...query } })) as SchedulePage;
  }

  async get(id: string): Promise<Schedule> {
    return (await this.#send({ method: 'GET', path: schedulePath(id) })) as Schedule;
  }

  /** The same `idempotencyKey` with the same body gives the same schedule, however often it is sent. */
  async create(body: SaveSchedule, idempotencyKey?: string): Promise<Schedule> {
    const headers = idempotencyKey === undefined ? undefined : { 'Idempotency-Key': idempotencyKey };
    const request = { method: 'POST', path: '/api/schedules', body, ...(headers && { headers }) } as const;
    return (await this.#send(request)) as Schedule;
  }

  /** The next times of a cron expression; rejects as saving it would. */
  async preview(body: PreviewSchedule): Promise<SchedulePreview> {
    return (await this.#send({ method: 'POST', path: '/api/schedules/preview', body })) as SchedulePreview;
  }

  /** Replaces it as a whole; its runs that lie ahead are made anew. It stays paused when it is. */
  async update(id: string, body: SaveSchedule): Promise<Schedule> {
    return (await this.#send({ method: 'PUT', path: schedulePath(id), body })) as Schedule;
  }

  /** Runs that have not started are cancelled. */
  async delete(id: string): Promise<void> {
    await this.#send({ method: 'DELETE', path: schedulePath(id) });
  }

  /** Runs that have not started are cancelled. */
  async pause(id: string): Promise<Schedule> {
    return (await this.#send({ method: 'POST', path: `${schedulePath(id)}/pause` })) as Schedule;
  }

  /** Goes on with the next time; what fell into the pause is not made up for. */
  async resume(id: string): Promise<Schedule> {
    return (await this.#send({ method: 'POST', path: `${schedulePath(id)}/resume` })) as Schedule;
  }

  /** Submits its task now, beside its times, also while it is paused. */
  async run(id: string, idempotencyKey?: string): Promise<Task> {
    const headers = idempotencyKey === undefined ? undefined : { 'Idempotency-Key': idempotencyKey };
    const request = { method: 'POST', path: `${schedulePath(id)}/run`, ...(headers && { headers }) } as const;
    return (await this.#send(request)) as Task;
  }
}

function schedulePath(id: string): string {
  return `/api/schedules/${encodeURIComponent(id)}`;
}
