import type { EventPage, TaskEvent, Timeline } from '../../contracts/task-event.ts';
import type { Problem } from '../../contracts/problem.ts';
import type { Task, TaskPage } from '../../contracts/task.ts';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** The HTTP API as a stranger calls it. */
export class Api {
  readonly #baseUrl: string;
  readonly #cookie: string | undefined;

  constructor(baseUrl: string, cookie?: string) {
    this.#baseUrl = baseUrl;
    this.#cookie = cookie;
  }

  /** What a client of this user sends along. */
  get headers(): Record<string, string> {
    return this.#cookie === undefined ? {} : { cookie: this.#cookie };
  }

  /** The same API for another user, signed in through the local form. */
  async as(user: string, roles?: string): Promise<Api> {
    const query = new URLSearchParams({ user, ...(roles !== undefined && { roles }) });
    const answer = await fetch(`${this.#baseUrl}/.auth/login/aad?${query.toString()}`, { redirect: 'manual' });
    const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('AppServiceAuthSession='));
    if (cookie === undefined) throw new Error(`Signing in as ${user} set no cookie (status ${answer.status}).`);
    return new Api(this.#baseUrl, cookie.split(';')[0]);
  }

  async call<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
    const headers = new Headers(init.headers);
    if (this.#cookie !== undefined) headers.set('cookie', this.#cookie);
    const answer = await fetch(`${this.#baseUrl}${path}`, { ...init, headers });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  post<T = Problem>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.call<T>(path, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  /** @throws when the task is not accepted */
  async submit(type: string, payload: unknown, more: object = {}, headers: Record<string, string> = {}): Promise<Task> {
    const { status, body } = await this.post<Task>('/api/tasks', { type, payload, ...more }, headers);
    if (status !== 202) throw new Error(`Submitting was answered with ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  async task(id: string): Promise<Task> {
    return (await this.call<Task>(`/api/tasks/${id}`)).body;
  }

  /** Waits until the task has ended. */
  async ended(id: string): Promise<Task> {
    for (;;) {
      const { body, status } = await this.call<Task>(`/api/tasks/${id}?wait=20`);
      if (status === 200 && body.finishedAt !== undefined) return body;
      if (status !== 200 && status !== 503) throw new Error(`GET /api/tasks/${id} was answered with ${status}.`);
    }
  }

  /** Waits until the task is as wanted, however long the test may take. */
  async until(id: string, wanted: (task: Task) => boolean): Promise<Task> {
    for (;;) {
      const task = await this.task(id);
      if (wanted(task)) return task;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async timeline(id: string): Promise<TaskEvent[]> {
    return (await this.call<Timeline>(`/api/tasks/${id}/timeline`)).body.events;
  }

  async list(query = ''): Promise<Task[]> {
    return (await this.call<TaskPage>(`/api/tasks${query}`)).body.tasks;
  }

  /** All events after a cursor, page by page. */
  async events(after = '0'): Promise<TaskEvent[]> {
    const events: TaskEvent[] = [];
    for (let cursor = after; ;) {
      const { body } = await this.call<EventPage>(`/api/events?after=${cursor}&limit=1000`);
      if (body.events.length === 0) return events;
      events.push(...body.events);
      cursor = body.cursor;
    }
  }
}
