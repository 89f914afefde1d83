import { ApiError, fetchRequest, type ConnectionInfo, type SendRequest } from '../../client/index.ts';
import type { Health } from '../../contracts/health.ts';
import type { Task, TaskPage } from '../../contracts/task.ts';

/** The part of the API that the smoke test uses. */
export class SmokeApi {
  readonly baseUrl: string;
  readonly #send: SendRequest;

  constructor(baseUrl: string, token: string | undefined) {
    this.baseUrl = baseUrl;
    this.#send = fetchRequest(baseUrl, token === undefined ? {} : { authorization: `Bearer ${token}` });
  }

  /** Open to all; it answers also when something is down. */
  async health(): Promise<Health> {
    const answer = await this.#get('/api/health');
    if (answer.status !== 200 && answer.status !== 503)
      throw new Error(`GET ${this.baseUrl}/api/health answered with status ${answer.status}: is it this app?`);
    return (await answer.json()) as Health;
  }

  submit(payload: object, more: object = {}): Promise<Task> {
    const body = { type: 'echo', payload, tags: ['smoke'], ...more };
    return this.#send({ method: 'POST', path: '/api/tasks', body }) as Promise<Task>;
  }

  replay(id: string): Promise<Task> {
    return this.#send({ method: 'POST', path: `/api/tasks/${id}/replay` }) as Promise<Task>;
  }

  negotiate(): Promise<ConnectionInfo> {
    return this.#send({ method: 'POST', path: '/api/negotiate' }) as Promise<ConnectionInfo>;
  }

  /** Waits until the task has ended. */
  async ended(id: string): Promise<Task> {
    for (;;) {
      const task = (await this.#send({ method: 'GET', path: `/api/tasks/${id}`, query: { wait: 20 } })) as Task;
      if (task.finishedAt !== undefined) return task;
    }
  }

  /** Undefined where no history is kept. */
  async isInHistory({ id, owner, createdAt }: Task): Promise<boolean | undefined> {
    const query = { owner, tag: 'smoke', from: createdAt, limit: 500 };
    try {
      const page = (await this.#send({ method: 'GET', path: '/api/history', query })) as TaskPage;
      return page.tasks.some((task) => task.id === id);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  /** The web app, as a browser gets it. */
  page(): Promise<Response> {
    return this.#get('/');
  }

  #get(path: string): Promise<Response> {
    return fetch(`${this.baseUrl}${path}`, { redirect: 'manual' }).catch((error: unknown) => {
      throw new Error(`Nothing answers at ${this.baseUrl}: is the address right, and does the app run?`, {
        cause: error,
      });
    });
  }
}
