import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Task } from '../../../contracts/task.ts';
import type { Promised } from '../testimony.ts';
import type { TaskState } from '../../../contracts/task-states.ts';

/** What a path submits; `more` are fields of the submission beside type and payload. */
export interface Submission {
  readonly label: string;
  readonly steps?: number;
  readonly delayMs?: number;
  readonly failures?: number;
  readonly permanent?: boolean;
  readonly progress?: boolean;
  readonly filler?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** How a task must have ended, whatever was killed on the way. */
export interface Expectation {
  readonly label: string;
  readonly states: readonly TaskState[];
  readonly effects: Promised;
  readonly steps?: number;
  /** Nobody was told that it was accepted, so it may be there or not; where it is, the rest holds. */
  readonly mayBeMissing?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const retryMs = 50;

/** The function app as a client sees it that asks again until it is answered. */
export class World {
  readonly #port: number;
  /** IDs of accepted tasks by label. */
  readonly accepted = new Map<string, string>();
  /** What a path wants to remember until the end. */
  readonly answers: Answer[] = [];
  #keys = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** Once; undefined when the connection ended without an answer. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer | undefined> {
    const asking = request({
      host: '127.0.0.1',
      port: this.#port,
      method,
      path,
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return new Promise((resolve) => {
      asking.once('error', () => resolve(undefined));
      asking.once('response', (response) => {
        const { statusCode: status = 0 } = response;
        text(response).then(
          (content) => resolve({ status, body: content === '' ? undefined : JSON.parse(content) }),
          () => resolve(undefined),
        );
      });
      asking.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Asks until there is an answer that is not about a state of emergency. */
  async insist(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    for (;;) {
      const answer = await this.ask(method, path, body, headers);
      if (answer !== undefined && answer.status !== 503 && answer.status !== 429) return answer;
      await delay(retryMs);
    }
  }

  /** With an idempotency key, again and again until it is accepted. */
  async submit(submission: Submission): Promise<string> {
    this.#keys += 1;
    const headers = { 'idempotency-key': `${submission.label}-${this.#keys}` };
    for (;;) {
      const { status, body } = await this.insist('POST', '/api/tasks', toBody(submission), headers);
      if (status === 202) return this.#note(submission.label, body as Task);
      // The first request with this key died in the middle; the sweeper will bring its task on its way.
      if (status !== 409) throw new Error(`Submitting was answered with ${status}: ${JSON.stringify(body)}`);
      await delay(retryMs * 4);
    }
  }

  /** Without a key and without a second try, as most callers do. */
  async submitOnce(submission: Submission): Promise<void> {
    const answer = await this.ask('POST', '/api/tasks', toBody(submission));
    if (answer?.status === 202) this.#note(submission.label, answer.body as Task);
  }

  async submitBatch(submissions: readonly Submission[]): Promise<void> {
    const answer = await this.ask('POST', '/api/tasks/batch', { tasks: submissions.map(toBody) });
    if (answer?.status !== 202) return;
    const { results } = answer.body as { results: { status: number; task?: Task }[] };
    results.forEach(({ status, task }, n) => {
      if (status === 202) this.#note(submissions[n]!.label, task!);
    });
  }

  #note(label: string, { id }: Task): string {
    const before = this.accepted.get(label);
    if (before !== undefined && before !== id) throw new Error(`${label} was accepted twice: as ${before} and ${id}.`);
    this.accepted.set(label, id);
    return id;
  }
}

function toBody({ more, ...payload }: Submission): Record<string, unknown> {
  return { type: 'witness', payload, tags: [payload.label], retry: { firstDelayMs: 50, maxDelayMs: 200 }, ...more };
}
