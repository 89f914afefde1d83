import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { setTimeout as delay } from 'node:timers/promises';
import { eventsMethod } from '../../../contracts/names.ts';
import type { EventPage, TaskEvent } from '../../../contracts/task-event.ts';
import type { Task, TaskPage } from '../../../contracts/task.ts';
import type { Read, Submitted } from '../history.ts';
import type { Chance } from './random.ts';
import type { Recorder } from './recorder.ts';
import { chooseWork, type Work } from './work.ts';

interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly start: number;
  readonly end: number;
}

const patienceMs = 12_000;
const triesToSubmit = 30;

/** One person with several programs: they submit, look, cancel, replay and follow events, on whichever host answers. */
export class Client {
  readonly #hosts: readonly string[];
  readonly #cookie: string;
  readonly #recorder: Recorder;
  readonly #chance: Chance;
  readonly owner: string;
  /** Accepted tasks of this owner, in order. */
  readonly known: string[] = [];
  readonly refusals = new Map<string, number>();
  readonly #held = new Set<string>();
  #labels = 0;

  constructor(owner: string, cookie: string, hosts: readonly string[], recorder: Recorder, chance: Chance) {
    this.owner = owner;
    this.#cookie = cookie;
    this.#hosts = hosts;
    this.#recorder = recorder;
    this.#chance = chance;
  }

  /** @returns undefined when there was no answer */
  async ask<T>(
    path: string,
    init: { method?: string; body?: unknown; key?: string } = {},
  ): Promise<Answer<T> | undefined> {
    const start = Date.now();
    try {
      const answer = await fetch(`${this.#chance.pick(this.#hosts)}${path}`, {
        method: init.method ?? 'GET',
        headers: {
          cookie: this.#cookie,
          'content-type': 'application/json',
          ...(init.key !== undefined && { 'idempotency-key': init.key }),
        },
        ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
        signal: AbortSignal.timeout(patienceMs),
      });
      const text = await answer.text();
      return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T, start, end: Date.now() };
    } catch {
      return undefined;
    }
  }

  /** Submits, one task after the other, until then. */
  async submitUntil(until: number, pauseMs: number): Promise<void> {
    while (Date.now() < until) {
      if (this.#chance.next() < 0.1) await this.#submitBatch();
      else await this.#submitOne();
      await delay(this.#chance.between(0, 2 * pauseMs));
    }
  }

  async #submitOne(): Promise<void> {
    const work = this.#newWork();
    for (let tries = 0; tries < triesToSubmit; tries += 1) {
      const submission = () => this.ask<Task>('/api/tasks', { method: 'POST', body: work.body, key: work.label });
      // Now and then twice at the same time: both must get the same task.
      const answers = await Promise.all(this.#chance.next() < 0.1 ? [submission(), submission()] : [submission()]);
      const accepted = answers.filter((answer) => answer !== undefined).map((answer) => this.#note(work, answer));
      if (accepted.includes(true)) break;
      await delay(this.#chance.between(100, 600));
    }
    const id = this.known.at(-1);
    if (work.thenCancel && id !== undefined) await this.#change('cancelled', id, 'cancel');
  }

  async #submitBatch(): Promise<void> {
    const works = Array.from({ length: this.#chance.between(2, 8) }, () => this.#newWork());
    const tasks = works.map(({ body, label }) => ({ ...body, idempotencyKey: label }));
    for (let tries = 0; tries < triesToSubmit; tries += 1) {
      type Results = { results: { status: number; task?: Task }[] };
      const answer = await this.ask<Results>('/api/tasks/batch', { method: 'POST', body: { tasks } });
      const results = answer?.status === 202 ? answer.body.results : [];
      const accepted = results.map(({ status, task }, n) => this.#note(works[n]!, { ...answer!, status, body: task! }));
      if (accepted.length > 0 && accepted.every(Boolean)) return;
      await delay(this.#chance.between(100, 600));
    }
  }

  #newWork(): Work & { label: string } {
    this.#labels += 1;
    const label = `${this.owner}-${this.#labels}`;
    return { ...chooseWork(label, this.#chance, Date.now()), label };
  }

  #note({ label, facts }: Work & { label: string }, { status, body, start, end }: Answer<Task>): boolean {
    const accepted = status === 202;
    const taskId = accepted ? { taskId: body.id } : {};
    const call = { client: `${this.owner} submitting`, owner: this.owner, start, end };
    this.#recorder.record({ what: 'submitted', ...call, label, status, ...facts, ...taskId } satisfies Submitted);
    if (accepted) {
      if (!this.known.includes(body.id)) this.known.push(body.id);
      if (facts.holds) this.#held.add(body.id);
      this.#recordRead('submitting', { status: 200, body, start, end });
    } else this.refusals.set(String(status), (this.refusals.get(String(status)) ?? 0) + 1);
    return accepted;
  }

  /** Replays the dead letters whose ordering keys wait for that. */
  async releaseHeldKeys(): Promise<void> {
    for (const id of this.#held) {
      const task = await this.read(id, 'releasing');
      if (task?.state === 'dead-lettered') await this.#change('replayed', id, 'replay');
      else if (task?.finishedAt !== undefined) this.#held.delete(id);
    }
  }

  /** Looks at tasks, and now and then changes one. */
  async lookUntil(until: number): Promise<void> {
    while (Date.now() < until) {
      await delay(this.#chance.between(20, 300));
      if (this.known.length === 0) continue;
      if (this.#chance.next() < 0.2) await this.#list();
      const recent = this.known.slice(-40);
      const id = this.#chance.pick(recent);
      const task = await this.read(id, 'looking');
      if (task?.state === 'dead-lettered' && this.#chance.next() < 0.5) await this.#change('replayed', id, 'replay');
      else if (this.#chance.next() < 0.01) await this.#change('cancelled', id, 'cancel');
    }
  }

  async read(id: string, who: string, isFinal = false): Promise<Task | undefined> {
    const answer = await this.ask<Task>(`/api/tasks/${id}`);
    if (answer === undefined) return undefined;
    if (answer.status === 200) this.#recordRead(who, answer, isFinal);
    if (answer.status === 404)
      this.#recorder.record({ what: 'read', client: `${this.owner} ${who}`, taskId: id, ...answer, isFinal });
    return answer.status === 200 ? answer.body : undefined;
  }

  #recordRead(who: string, { status, body, start, end }: Answer<Task>, isFinal = false): void {
    const { id: taskId, state, attempt, result } = body;
    const read: Read = { what: 'read', client: `${this.owner} ${who}`, taskId, status, start, end, state, attempt };
    this.#recorder.record({ ...read, ...(result !== undefined && { result }), ...(isFinal && { isFinal }) });
  }

  async #list(): Promise<void> {
    const answer = await this.ask<TaskPage>('/api/tasks?limit=50');
    if (answer?.status !== 200) return;
    for (const body of answer.body.tasks) this.#recordRead('listing', { ...answer, body });
  }

  async #change(what: 'cancelled' | 'replayed', taskId: string, action: string): Promise<void> {
    const start = Date.now();
    const answer = await this.ask<Task>(`/api/tasks/${taskId}/${action}`, { method: 'POST' });
    const call = { client: `${this.owner} changing`, start, end: Date.now() };
    this.#recorder.record({ what, ...call, taskId, status: answer?.status ?? 0 });
  }

  /** Reads every event, page after page, until told to end. @param stream whose: the owner, or `*` for an operator */
  async followUntil(isOver: () => boolean, stream = this.owner): Promise<void> {
    for (let after = '0'; !isOver();) {
      const page = await this.#readPage(after, stream, 'following');
      after = page?.cursor ?? after;
      if (page === undefined || page.events.length === 0) await delay(200);
    }
  }

  /** All events that are kept, once everything is over. */
  async readAllEvents(stream = this.owner): Promise<TaskEvent[]> {
    const all: TaskEvent[] = [];
    for (let after = '0'; ;) {
      const page = await this.#readPage(after, stream, 'reading all', true);
      if (page === undefined) continue;
      if (page.events.length === 0) return all;
      all.push(...page.events);
      after = page.cursor;
    }
  }

  async #readPage(after: string, owner: string, who: string, isFinal = false): Promise<EventPage | undefined> {
    const answer = await this.ask<EventPage>(`/api/events?after=${after}&limit=500`);
    if (answer?.status !== 200) return undefined;
    const { start, end, body } = answer;
    const call = { client: `${owner} ${who}`, owner, start, end, after };
    const page = { events: body.events, ...(body.gap && { gap: true }), ...(isFinal && { isFinal }) };
    if (body.events.length > 0) this.#recorder.record({ what: 'page', ...call, ...page });
    return body;
  }

  /** @returns ends the connection */
  async listen(): Promise<() => Promise<void>> {
    const connection = new HubConnectionBuilder()
      .withUrl(`${this.#hosts[0]}/api`, { headers: { cookie: this.#cookie } })
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 200 })
      .configureLogging(LogLevel.None)
      .build();
    connection.on(eventsMethod, (events: TaskEvent[]) => {
      const [start, end] = [Date.now(), Date.now()];
      this.#recorder.record({
        what: 'pushed',
        client: `${this.owner} listening`,
        owner: this.owner,
        start,
        end,
        events,
      });
    });
    await connection.start();
    return () => connection.stop();
  }
}
