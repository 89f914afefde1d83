import {
  BehaviorSubject,
  combineLatest,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  switchMap,
  takeWhile,
  Subject,
} from 'rxjs';
import type { ChatNews } from '../contracts/chat.ts';
import type { Receipt, ReceiptKind } from '../contracts/receipt.ts';
import type { SubmitTask } from '../contracts/submit.ts';
import type { ReplayProgress } from '../contracts/replay.ts';
import type { TaskEvent } from '../contracts/task-event.ts';
import type { LogNews } from '../contracts/task-log.ts';
import type { Task, TaskPage } from '../contracts/task.ts';
import type { ApiError } from './api-error.ts';
import type { ChatConnection } from './chat/chat-of.ts';
import { Completion } from './completion.ts';
import type { ConnectionState } from './connection-state.ts';
import { signalRHub } from './hub.ts';
import { LiveFeed, type LiveFeedTimings } from './live-feed.ts';
import { LiveStream } from './live-stream.ts';
import { type ReceiptMemory, Receipts } from './receipts.ts';
import type { SendRequest } from './request.ts';
import { ScheduleApi } from './schedule-api.ts';
import { ServerClock } from './server-clock.ts';
import { submitTask } from './submit.ts';
import { TaskApi, type TaskQuery } from './task-api.ts';
import { fits, newestFirst, type TaskFilter, toQuery } from './task-filter.ts';
import { isEnded } from './task-reducer.ts';
import { TaskStore, type Schedule } from './task-store.ts';
import type { UploadOptions } from './upload.ts';

export interface TaskClientOptions {
  readonly send: SendRequest;
  /** Default: after 16 ms. */
  readonly schedule?: Schedule;
  readonly wake?: Observable<unknown>;
  readonly isVisible?: () => boolean;
  /** The one that `send` teaches. */
  readonly clock?: ServerClock;
  readonly timings?: Partial<LiveFeedTimings>;
  /** In bytes: larger results are left out of tasks (`resultBytes` tells their size), and fetched by `api.getResult`. Default: none is. */
  readonly resultLimit?: number;
  /** Without it, receipts that could not be sent are lost with the page. */
  readonly receiptMemory?: ReceiptMemory;
}

/** How far the list of tasks has been fetched. */
export type ListState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly hasMore: boolean }
  | { readonly kind: 'failed'; readonly error: ApiError };

const pageSize = 100;

/** Submits tasks and watches them, live: everything it gives out is kept up by events. It connects when something is watched. */
export class TaskClient {
  readonly api: TaskApi;
  readonly schedules: ScheduleApi;
  /** For `chatOf`: who does not chat need not load it. */
  readonly chatSources: ChatConnection;
  /** For all that is compared with times of tasks and events: the local clock may be off by hours. */
  readonly clock: ServerClock;
  readonly #feed: LiveFeed;
  readonly #replays = new Subject<ReplayProgress>();
  readonly #logs = new Subject<readonly LogNews[]>();
  readonly #chatNews = new Subject<ChatNews>();
  readonly #stops = new Subject<void>();
  readonly #store: TaskStore;
  readonly #list = new BehaviorSubject<ListState>({ kind: 'loading' });
  readonly #completion = new Completion({
    fetchPage: (limit, cursor) => this.api.listTasks({ limit, ...(cursor !== undefined && { cursor }) }),
    fetchOne: (id) => this.api.getTask(id, this.#resultLimit),
    keep: (tasks) => this.#store.put(tasks),
    isKnown: (id) => this.#store.get(id) !== undefined,
  });
  readonly #receipts: Receipts;
  readonly #resultLimit: number | undefined;
  #next: string | undefined;

  constructor({ send, clock, schedule = (flush) => void setTimeout(flush, 16), ...options }: TaskClientOptions) {
    this.#resultLimit = options.resultLimit;
    this.clock = clock ?? new ServerClock();
    this.api = new TaskApi(send);
    this.schedules = new ScheduleApi(send);
    this.#store = new TaskStore(schedule);
    this.#receipts = new Receipts((receipts) => this.#sendReceipts(receipts), options.receiptMemory);
    this.#feed = new LiveFeed({
      ...options,
      now: () => this.clock.local(),
      openHub: signalRHub(() => this.api.negotiate(), {
        replay: (progress) => this.#replays.next(progress),
        logs: (news) => this.#logs.next(news),
        chat: (news) => this.#chatNews.next(news),
      }),
      listEvents: (after) => this.api.listEvents(after),
      snapshot: () => this.#snapshot(),
    });
    this.chatSources = {
      send,
      news$: this.#chatNews,
      connection$: this.connection$,
      stops$: this.#stops,
      start: () => this.start(),
      submit: (body, key) => this.submit(body, key),
      watch: (id) => this.watch(id, { beyondEnd: true }),
      schedule,
    };
    this.#feed.events$.subscribe((events) => this.#store.apply(events));
    this.#store.incomplete$.subscribe(({ id, why }) =>
      why === 'unknown' ? this.#completion.addUnknown(id) : this.#completion.addStale(id),
    );
  }

  /** Every task known, by ID; fetched newest first, `loadMore` goes on. */
  get tasks$(): Observable<ReadonlyMap<string, Task>> {
    return this.#store.tasks$;
  }

  get list$(): Observable<ListState> {
    return this.#list;
  }

  get connection$(): Observable<ConnectionState> {
    return this.#feed.state$;
  }

  /** Events as they are received: each once, in order. */
  get events$(): Observable<readonly TaskEvent[]> {
    return this.#feed.events$;
  }

  /** How far replays are, as it is pushed; what is missed is not made up for: `api.getReplay` tells the same. */
  get replays$(): Observable<ReplayProgress> {
    return this.#replays;
  }

  /** Whose logs have grown, a few times a second at most; what is missed is not made up for: `api.getLogs` reads on from what is known. */
  get logs$(): Observable<readonly LogNews[]> {
    return this.#logs;
  }

  /** Emits when events were missed for good: what somebody has built of `events$` has to be fetched anew. */
  get resets$(): Observable<unknown> {
    return this.#feed.snapshots$.pipe(filter((count) => count > 1));
  }

  /** Connects; watching does that by itself. */
  start(): void {
    this.#feed.start();
    void this.#receipts.resume();
  }

  stop(): void {
    this.#stops.next();
    this.#feed.stop();
    this.#completion.clear();
  }

  /** A payload that is too large for a request is uploaded first. */
  async submit(body: SubmitTask, idempotencyKey?: string, options?: UploadOptions): Promise<Task> {
    return this.#kept(await submitTask(this.api, body, idempotencyKey, options));
  }

  /** Shown as cancelled at once, and as it was again when the API refuses. */
  async cancel(id: string): Promise<Task> {
    return this.#guessing(id, { state: 'cancelled' }, () => this.api.cancel(id));
  }

  /** Says once that an event of a task came in here, or was shown here. @param cursor of the event */
  acknowledge(taskId: string, cursor: string, kind: ReceiptKind): void {
    this.#receipts.add({ taskId, cursor, kind });
  }

  /** Gives a scheduled task another time. @param scheduledFor null for now */
  async reschedule(id: string, scheduledFor: string | null): Promise<Task> {
    return this.#kept(await this.api.reschedule(id, scheduledFor));
  }

  /** Sends a dead letter on its way again. Shown as queued at once, and as it was again when the API refuses. */
  async replay(id: string): Promise<Task> {
    return this.#guessing(id, { state: 'queued' }, () => this.api.replay(id));
  }

  /** Fetches a task, known or not. */
  async load(id: string): Promise<Task> {
    return this.#kept(await this.api.getTask(id, this.#resultLimit));
  }

  /**
   * A task as it is now and at each change, to its end; `beyondEnd` goes on, as it may be replayed. Fetched when it is not known; fails
   * with an `ApiError` when it cannot be.
   */
  watch(id: string, { beyondEnd = false } = {}): LiveStream<Task> {
    const changes = defer(() => {
      this.start();
      const loading = this.#store.get(id) ? EMPTY : from(this.load(id)).pipe(ignoreElements());
      // What was answered a moment ago, e.g. to a replay, counts.
      const changes = from(this.#store.drawn()).pipe(switchMap(() => this.#changesOf(id)));
      return merge(loading, changes);
    });
    return new LiveStream(beyondEnd ? changes : changes.pipe(takeWhile(({ state }) => !isEnded(state), true)));
  }

  /** All tasks that fit, newest first, whenever one of them changes; the newest hundred to begin with. It does not end. */
  watchAll(wanted: TaskFilter = {}): LiveStream<readonly Task[]> {
    const tasks = defer(() => {
      this.start();
      const found = this.#feed.snapshots$.pipe(switchMap(() => this.#findBefore(wanted)));
      return combineLatest([found, this.tasks$]);
    });
    return new LiveStream(
      tasks.pipe(
        map(([, all]) => [...all.values()].filter((task) => fits(task, wanted)).sort(newestFirst)),
        distinctUntilChanged(isSameList),
      ),
      { newestOnly: true },
    );
  }

  /** The snapshot has the newest tasks, of which few may fit. A lost connection is the feed's to mend, and it comes by here then. */
  async #findBefore(wanted: TaskFilter): Promise<void> {
    const query = toQuery(wanted);
    if (Object.keys(query).length > 0) {
      await this.find(query as TaskQuery).catch((error: unknown) => {
        if ((error as ApiError).status >= 400 && (error as ApiError).status < 500) throw error;
      });
    }
    await this.#store.drawn();
  }

  #changesOf(id: string): Observable<Task> {
    return this.tasks$.pipe(
      map((tasks) => tasks.get(id)),
      filter((task) => task !== undefined),
      distinctUntilChanged(),
    );
  }

  /** Fetches the next page of older tasks. */
  async loadMore(): Promise<void> {
    if (this.#next !== undefined) await this.#loadPage({ cursor: this.#next });
  }

  /** Fetches one page of the tasks that fit, newest first, beside those that are known already. */
  async find(query: TaskQuery): Promise<TaskPage> {
    const page = await this.api.listTasks({ limit: pageSize, ...query });
    this.#store.put(page.tasks);
    return page;
  }

  async #sendReceipts(receipts: readonly Receipt[]): Promise<void> {
    await this.api.sendReceipts(receipts);
    // The task tells it from now on.
    for (const { taskId, kind } of receipts) {
      const isTold = this.#store.get(taskId)?.receipts?.some(({ isYou, seenAt }) => isYou && seenAt !== undefined);
      if (kind === 'seen' && !isTold) this.#completion.addStale(taskId);
    }
  }

  async #snapshot(): Promise<string> {
    try {
      // Asked before the list: an event that falls between the two comes again, and the reducer knows it as old.
      const { cursor } = await this.api.listEvents('latest');
      const unsure = new Set(this.#store.openIds());
      for (const { id } of await this.#loadPage({})) unsure.delete(id);
      for (const id of unsure) this.#completion.addUnsure(id);
      return cursor;
    } catch (error) {
      this.#list.next({ kind: 'failed', error: error as ApiError });
      throw error;
    }
  }

  async #loadPage(query: TaskQuery): Promise<readonly Task[]> {
    const page = await this.api.listTasks({ limit: pageSize, ...query });
    this.#store.put(page.tasks);
    this.#next = page.cursor;
    this.#list.next({ kind: 'ready', hasMore: page.cursor !== undefined });
    return page.tasks;
  }

  async #guessing(id: string, guess: Partial<Task>, ask: () => Promise<Task>): Promise<Task> {
    const drop = this.#store.guess(id, guess);
    try {
      return this.#kept(await ask());
    } finally {
      drop();
    }
  }

  #kept(task: Task): Task {
    this.#store.put([task]);
    return task;
  }
}

function isSameList(a: readonly Task[], b: readonly Task[]): boolean {
  return a.length === b.length && a.every((task, index) => task === b[index]);
}
