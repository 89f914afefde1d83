import { setTimeout as delay } from 'node:timers/promises';
import type { EventPage } from '../../contracts/task-event.ts';
import type { Task } from '../../contracts/task.ts';
import type { Api } from '../../tests/support/api.ts';
import type { Books } from './books.ts';
import { workFor } from './work.ts';

/** More than a healthy stack ever leaves open; a dead one shall not fill the memory. */
const mostUnanswered = 200;
/** Tasks between two looks at the list and at a timeline, as people take them. */
const lookEvery = 20;

/** Submits at a steady rate, whatever the answers take: a slow server is not spared. */
export class Load {
  readonly #api: Api;
  readonly #books: Books;
  readonly #perSecond: number;
  #turn = 0;
  #unanswered = 0;

  constructor(api: Api, books: Books, perSecond: number) {
    this.#api = api;
    this.#books = books;
    this.#perSecond = perSecond;
  }

  async run(milliseconds: number): Promise<void> {
    const [from, first] = [Date.now(), this.#turn];
    while (Date.now() - from < milliseconds) {
      const due = first + ((Date.now() - from) / 1000) * this.#perSecond;
      for (; this.#turn < due; this.#turn += 1) void this.#submit(this.#turn);
      await delay(20);
    }
  }

  async #submit(turn: number): Promise<void> {
    if (this.#unanswered >= mostUnanswered) return this.#books.refused('not sent: too many unanswered');
    this.#unanswered += 1;
    try {
      await this.#oneTask(turn);
    } catch (error) {
      this.#books.refused(error instanceof Error ? error.message : String(error));
    } finally {
      this.#unanswered -= 1;
    }
  }

  async #oneTask(turn: number): Promise<void> {
    const work = workFor(turn, Date.now());
    const { type, payload, more } = work;
    const sentAt = performance.now();
    const { status, body } = await this.#api.post<Task>('/api/tasks', { type, payload, ...more });
    if (status !== 202) return this.#books.refused(`status ${status}`);
    this.#books.accepted(body.id, work, performance.now() - sentAt);
    if (work.ends === 'cancelled') await this.#api.post(`/api/tasks/${body.id}/cancel`, '');
    if (turn % lookEvery === 0) await Promise.all([this.#api.list('?limit=50'), this.#api.timeline(body.id)]);
  }
}

/** Reads every event until told to end, as a client does that must not miss one. */
export async function followEvents(api: Api, books: Books, signal: AbortSignal): Promise<void> {
  for (let cursor = '0'; !signal.aborted;) {
    const { status, body } = await api.call<EventPage>(`/api/events?after=${cursor}&limit=1000`);
    if (status !== 200) {
      await delay(500);
      continue;
    }
    cursor = body.cursor;
    books.heard(body.events);
    if (body.events.length < 1000) await delay(500);
  }
}
