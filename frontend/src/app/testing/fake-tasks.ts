/** For component tests: the API as HttpClient sees it, and a live feed that a test moves by hand. */
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { type EnvironmentProviders, type Provider, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { Subject } from 'rxjs';
import type { Receipt, ReceiptKind } from '../../../../contracts/receipt.ts';
import type { InputError, Problem } from '../../../../contracts/problem.ts';
import type { BatchResult, SubmitTask } from '../../../../contracts/submit.ts';
import type { AttemptError, Step, TaskEvent } from '../../../../contracts/task-event.ts';
import type { LogLine, LogNews } from '../../../../contracts/task-log.ts';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';
import type { JsonPatch, ReplayDeadLetters, ReplayPlan, ReplayProgress } from '../../../../contracts/replay.ts';
import type { CancelledTasks, CancelTasks } from '../../../../contracts/task-filter.ts';
import type { TaskState } from '../../../../contracts/task-states.ts';
import type { Task, TaskPage } from '../../../../contracts/task.ts';
import {
  ApiError,
  ServerClock,
  type ConnectionState,
  type ListState,
  type TaskQuery,
} from '../../../../client/index.ts';
import { ChatConnection } from '../live/chat.ts';
import { Tasks } from '../live/tasks.ts';
import { LocalJson } from '../ui/json-source.ts';
import { LargeJson } from '../ui/large-json.ts';
import { statesInOrder } from '../ui/state-look.ts';
import { FakeChat } from './fake-chat.ts';

export const echoType: TaskTypeInfo = {
  name: 'echo',
  title: 'Echo a message',
  description: 'Gives back what it gets.',
  schema: {
    type: 'object',
    properties: {
      message: { title: 'Message' },
      delayMs: { type: 'integer', minimum: 0, maximum: 600_000, title: 'Delay (ms)' },
      permanent: { type: 'boolean', title: 'Fail for good' },
    },
    required: ['message'],
    additionalProperties: false,
  },
  example: { message: 'Hello', delayMs: 20 },
};

export const csvType: TaskTypeInfo = {
  name: 'summarize-csv',
  title: 'Summarise a CSV',
  schema: {
    type: 'object',
    properties: { csv: { type: 'string', minLength: 1, title: 'CSV', contentMediaType: 'text/csv' } },
    required: ['csv'],
  },
  example: { csv: 'a,b\n1,2\n' },
};

export function aTask(more: Partial<Task> = {}): Task {
  return {
    id: 't1',
    type: 'echo',
    state: 'queued',
    owner: 'me',
    attempt: 0,
    maxAttempts: 7,
    tags: [],
    priority: 'normal',
    delivery: 'at-least-once',
    payloadBytes: 42,
    createdAt: new Date(Date.now() - 5000).toISOString(),
    ...more,
  };
}

type BatchTask = SubmitTask & { readonly idempotencyKey?: string };

/** Stands in for `Tasks`: nothing connects, and a test says what is known. */
export class FakeTasks {
  readonly #byId = signal<ReadonlyMap<string, Task>>(new Map());
  readonly byId = this.#byId.asReadonly();
  readonly newestFirst = () => [...this.#byId().values()].reverse();
  readonly connection = signal<ConnectionState>({ kind: 'live' });
  retries = 0;
  readonly list = signal<ListState>({ kind: 'ready', hasMore: false });
  readonly events$ = new Subject<readonly TaskEvent[]>();
  readonly replays$ = new Subject<ReplayProgress>();
  readonly logs$ = new Subject<readonly LogNews[]>();
  readonly submitted: { readonly body: SubmitTask; readonly key: string | undefined }[] = [];
  readonly cancelled: string[] = [];
  readonly replayed: string[] = [];
  /** What the next call answers with instead. */
  refusal: ApiError | undefined;
  types: readonly TaskTypeInfo[] = [csvType, echoType];
  timeline: readonly TaskEvent[] = [];
  /** Tasks beyond the first page. */
  older: readonly Task[] = [];
  /** So many pages of history come first that have nothing, and a cursor. */
  barrenPages = 0;
  deadLetters = 0;
  readonly receipts: Receipt[] = [];
  errors: readonly AttemptError[] = [];
  steps: readonly Step[] = [];
  readonly edited: { readonly id: string; readonly patch: JsonPatch | undefined }[] = [];
  readonly rescheduled: { readonly id: string; readonly scheduledFor: string | null }[] = [];
  /** What the list was asked for. */
  readonly asked: TaskQuery[] = [];
  readonly bulkCancelled: CancelTasks[] = [];
  readonly bulkReplayed: ReplayDeadLetters[] = [];
  bulkAnswers: CancelledTasks[] = [];
  readonly batches: (readonly BatchTask[])[] = [];
  /** Of each batch, from 1. */
  refusedRows: readonly number[] = [];
  /** Why, field by field. */
  faults: readonly InputError[] | undefined;
  payload: unknown = { message: 'Hello' };
  /** By address: what a worker would open. */
  readonly large = new Map<string, unknown>();
  readonly largeJson = {
    open: async (address: string) => {
      this.#refuse();
      return Object.assign(new LocalJson(this.large.get(address)), { close: () => undefined });
    },
  };
  logs: readonly LogLine[] = [];
  droppedLogs = 0;
  logRequests = 0;
  readonly chat = new FakeChat();

  readonly client = {
    events$: this.events$,
    resets$: new Subject<void>(),
    replays$: this.replays$,
    logs$: this.logs$,
    clock: new ServerClock(),
    acknowledge: (taskId: string, cursor: string, kind: ReceiptKind) =>
      void this.receipts.push({ taskId, cursor, kind }),
    api: {
      listTaskTypes: async () => this.types,
      getTimeline: async (id: string) => {
        this.#refuse();
        return { taskId: id, events: this.timeline, errors: this.errors, steps: this.steps, edits: [] };
      },
      getLogs: async (id: string, after = 0) => {
        this.logRequests += 1;
        return { taskId: id, lines: this.logs.filter(({ number }) => number > after), dropped: this.droppedLogs };
      },
      replay: async (id: string, patch?: JsonPatch) => {
        this.edited.push({ id, patch });
        this.#refuse();
      },
      getPayload: async () => this.payload,
      countTasks: async () => ({ states: this.#count() }),
      cancelTasks: async (body: CancelTasks): Promise<CancelledTasks> => {
        this.bulkCancelled.push(body);
        this.#refuse();
        return this.bulkAnswers.shift() ?? { cancelled: body.ids?.length ?? 0, refused: 0, refusals: [] };
      },
      replayDeadLetters: async (body: ReplayDeadLetters) => {
        this.bulkReplayed.push(body);
        this.#refuse();
        const count = body.ids?.length ?? 0;
        return { id: 'plan-1', state: 'completed', matched: count, replayed: count, skipped: 0, remaining: 0 } as ReplayPlan; // prettier-ignore
      },
      listTasks: async (query: TaskQuery) => this.#page(query),
      listHistory: async (query: TaskQuery) => {
        this.asked.push(query);
        this.#refuse();
        if (this.barrenPages-- > 0) return { tasks: [], cursor: `barren ${this.barrenPages}` };
        return this.#page(query);
      },
      submitBatch: async (batch: readonly BatchTask[]): Promise<BatchResult[]> => {
        this.batches.push(batch);
        this.#refuse();
        const refused: Problem = {
          type: 'urn:x',
          title: 'x',
          status: 400,
          code: 'invalid-request',
          detail: 'Refused.',
          ...(this.faults && { errors: [...this.faults] }),
        };
        return batch.map((_, i) => this.refusedRows.includes(i + 1) ? { status: 400, error: refused } : { status: 202, task: aTask({ id: `b${i}` }) }); // prettier-ignore
      },
      listDeadLetters: async () => ({ groups: [], tasks: [], total: this.deadLetters }),
    },
    submit: async (body: SubmitTask, key?: string) => {
      this.submitted.push({ body, key });
      this.#refuse();
      const task = aTask({ id: `new-${this.submitted.length}`, type: body.type, createdAt: new Date().toISOString() });
      this.put(task);
      return task;
    },
    load: async (id: string) => {
      const task = this.byId().get(id);
      if (!task) throw new ApiError('not-found', 404, 'There is no task with this ID. Check the address.');
      return task;
    },
    cancel: async (id: string) => {
      this.cancelled.push(id);
      this.#refuse();
    },
    replay: async (id: string) => {
      this.replayed.push(id);
      this.#refuse();
    },
    reschedule: async (id: string, scheduledFor: string | null) => {
      this.rescheduled.push({ id, scheduledFor });
      this.#refuse();
    },
    loadMore: async () => undefined,
    find: async (query: TaskQuery): Promise<TaskPage> => {
      this.asked.push(query);
      this.#refuse();
      const page = this.#page(query);
      this.put(...page.tasks);
      return page;
    },
  };

  retryNow(): void {
    this.retries += 1;
  }

  put(...tasks: readonly Task[]): void {
    this.#byId.update((known) => new Map([...known, ...tasks.map((task) => [task.id, task] as const)]));
  }

  /** All that there are, in one page; those beyond the first come with the second. */
  #page({ state, cursor }: TaskQuery): TaskPage {
    const fits = (task: Task) => state === undefined || state.split(',').includes(task.state);
    const known = this.newestFirst().filter(fits);
    const older = this.older.filter(fits);
    if (cursor !== undefined) return { tasks: older };
    return { tasks: known, ...(older.length > 0 && { cursor: known.at(-1)?.id ?? 'z' }) };
  }

  #count(): Record<TaskState, number> {
    const counts = Object.fromEntries(statesInOrder.map((state) => [state, 0])) as Record<TaskState, number>;
    for (const { state } of new Set([...this.newestFirst(), ...this.older])) counts[state] += 1;
    return counts;
  }

  #refuse(): void {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) throw refusal;
  }
}

/** Providers for a page, and the feed it will get. */
export function provideFakeTasks(tasks: FakeTasks): (Provider | EnvironmentProviders)[] {
  return [
    provideHttpClient(),
    provideHttpClientTesting(),
    provideRouter([], withComponentInputBinding()),
    { provide: Tasks, useValue: tasks },
    { provide: LargeJson, useValue: tasks.largeJson },
    { provide: ChatConnection, useValue: tasks },
  ];
}

export function http(): HttpTestingController {
  return TestBed.inject(HttpTestingController);
}
