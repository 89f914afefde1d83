import { inject, Injectable, signal } from '@angular/core';
import type { ReplayPlan } from '../../../../contracts/replay.ts';
import type { ApiError, TaskApi } from '../../../../client/index.ts';
import { Toasts } from '../frame/toasts.ts';
import { Tasks } from '../live/tasks.ts';
import { type Filter, toContract, toQuery } from './filter.ts';
import { formatNumber } from '../ui/number.ts';

/** The tasks meant: those named, or all that a filter fits. */
export type Meant = { readonly ids: readonly string[] } | { readonly filter: Filter; readonly count: number };

/** Something that is being done to many tasks. */
export interface Job {
  readonly id: number;
  readonly kind: 'cancel' | 'replay' | 'export';
  readonly state: 'waiting' | 'running' | 'done' | 'stopped' | 'failed';
  readonly total: number;
  readonly done: number;
  /** What was left as it is. */
  readonly refused: number;
  /** When it begins, while it can be undone; milliseconds since 1970. */
  readonly beginsAt?: number;
  readonly problem?: string;
  /** Of a replay: its plan, which has a page of its own. */
  readonly planId?: string;
}

/** Long enough to see what one has done, and to take it back. */
const undoMs = 6_000;
const idsAtOnce = 500;
const mostReplayed = 10_000;
const lookAgainMs = 1_000;

const countOf = (meant: Meant) => ('ids' in meant ? meant.ids.length : meant.count);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface EndWords {
  readonly one: string;
  /** With the number, as it is shown. */
  readonly many: (done: string) => string;
}

/** Cancels and replays many tasks part by part, so that one sees how far it is and can stop it. It goes on while other pages are open. */
@Injectable({ providedIn: 'root' })
export class BulkJobs {
  readonly #api: TaskApi = inject(Tasks).client.api;
  readonly #toasts = inject(Toasts);
  readonly #all = signal<readonly Job[]>([]);
  readonly all = this.#all.asReadonly();
  #last = 0;

  /** Begins after a moment in which it can be undone. */
  async cancel(meant: Meant, delayMs = undoMs): Promise<void> {
    const askedAt = Date.now();
    const id = this.#add({ kind: 'cancel', state: 'waiting', total: countOf(meant), beginsAt: askedAt + delayMs });
    await sleep(delayMs);
    if (!this.#isOn(id)) return;
    this.change(id, { state: 'running' });
    await this.guarded(id, () => ('ids' in meant ? this.#cancelNamed(id, meant.ids) : this.#cancelFound(id, meant.filter, askedAt))); // prettier-ignore
    this.tellEnd(id, { one: $localize`1 task cancelled.`, many: (done) => $localize`${done}:count: tasks cancelled.` });
  }

  /** As a plan of the server's; stopping leaves those that are on their way. */
  async replay(meant: Meant): Promise<void> {
    const id = this.#add({ kind: 'replay', state: 'running', total: countOf(meant) });
    await this.guarded(id, async () => {
      const ids = 'ids' in meant ? meant.ids : await this.#findDeadLetters(id, meant.filter);
      if (ids.length === 0 || !this.#isOn(id)) return this.change(id, { total: 0 });
      const plan = await this.#api.replayDeadLetters({ ids: [...ids] });
      this.#toasts.show(ids.length === 1 ? $localize`A replay of 1 task has begun.` : $localize`A replay of ${formatNumber(ids.length)}:count: tasks has begun.`); // prettier-ignore
      await this.#follow(id, plan);
    });
    this.tellEnd(id, { one: $localize`1 task replayed.`, many: (done) => $localize`${done}:count: tasks replayed.` });
  }

  /** Before it begins: it never does. While it runs: what is done stays done. */
  stop(id: number): void {
    const job = this.#get(id);
    if (job?.planId !== undefined) void this.#api.controlReplay(job.planId, 'stop').catch(() => undefined);
    this.change(id, { state: 'stopped' });
    if (job?.state === 'waiting') this.dismiss(id);
  }

  dismiss(id: number): void {
    this.#all.update((jobs) => jobs.filter((job) => job.id !== id));
  }

  /** @returns what tells how far it is, and whether to go on */
  begin(kind: Job['kind'], total: number): { id: number; isOn: () => boolean } {
    const id = this.#add({ kind, state: 'running', total });
    return { id, isOn: () => this.#isOn(id) };
  }

  change(id: number, change: Partial<Job>): void {
    this.#all.update((jobs) => jobs.map((job) => (job.id === id ? { ...job, ...change } : job)));
  }

  /** Ends the job as the work does. */
  async guarded(id: number, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      if (this.#isOn(id)) this.change(id, { state: 'done' });
    } catch (error) {
      this.change(id, { state: 'failed', problem: (error as ApiError).message });
    }
  }

  async #cancelNamed(id: number, ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length && this.#isOn(id); at += idsAtOnce)
      this.#count(id, await this.#api.cancelTasks({ ids: ids.slice(at, at + idsAtOnce) }));
  }

  /** Only what was there when it was asked for: tasks that come meanwhile are not meant. */
  async #cancelFound(id: number, filter: Filter, askedAt: number): Promise<void> {
    const wanted = toContract(filter, askedAt);
    let cursor: string | undefined;
    do {
      const part = await this.#api.cancelTasks({ filter: wanted, ...(cursor !== undefined && { cursor }) });
      this.#count(id, part);
      cursor = part.cursor;
    } while (cursor !== undefined && this.#isOn(id));
  }

  async #findDeadLetters(id: number, filter: Filter): Promise<readonly string[]> {
    const query = { ...toQuery(filter, Date.now()), state: 'dead-lettered', limit: 500 };
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#api.listTasks({ ...query, ...(cursor !== undefined && { cursor }) });
      ids.push(...page.tasks.map((task) => task.id));
      cursor = page.cursor;
    } while (cursor !== undefined && ids.length < mostReplayed && this.#isOn(id));
    return ids.slice(0, mostReplayed);
  }

  async #follow(id: number, begun: ReplayPlan): Promise<void> {
    for (let plan = begun; ; plan = await this.#api.getReplay(begun.id)) {
      const { replayed: done, skipped: refused, matched: total } = plan;
      this.change(id, { planId: plan.id, done, refused, total });
      if (!this.#isOn(id) || plan.remaining === 0 || plan.state === 'stopped') return;
      await sleep(lookAgainMs);
    }
  }

  #count(id: number, part: { readonly cancelled: number; readonly refused: number }): void {
    const { done = 0, refused = 0 } = this.#get(id) ?? {};
    this.change(id, { done: done + part.cancelled, refused: refused + part.refused });
  }

  /** A job that did all it was asked for is gone, but for a word of it; what went otherwise stays to be read. */
  tellEnd(id: number, { one, many }: EndWords): void {
    const job = this.#get(id);
    if (job?.state === 'done')
      this.#toasts.show(job.done === 1 ? one : many(formatNumber(job.done)), { tone: 'success' });
    if (job?.state === 'done' && job.refused === 0) this.dismiss(id);
  }

  #add(job: Pick<Job, 'kind' | 'state' | 'total' | 'beginsAt'>): number {
    const id = ++this.#last;
    this.#all.update((jobs) => [...jobs, { id, done: 0, refused: 0, ...job }]);
    return id;
  }

  #get(id: number): Job | undefined {
    return this.#all().find((job) => job.id === id);
  }

  #isOn(id: number): boolean {
    const state = this.#get(id)?.state;
    return state === 'running' || state === 'waiting';
  }
}
