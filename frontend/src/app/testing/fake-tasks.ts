/** For component tests: the API as HttpClient sees it, and a live feed that a test moves by hand. */
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { type EnvironmentProviders, type Provider, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { Subject } from 'rxjs';
import type { Receipt, ReceiptKind } from '../../../../contracts/receipt.ts';
import type { SubmitTask } from '../../../../contracts/submit.ts';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';
import type { Task } from '../../../../contracts/task.ts';
import {
  ApiError,
  ServerClock,
  type ConnectionState,
  type ListState,
  type TaskQuery,
} from '../../../../client/index.ts';
import { Tasks } from '../live/tasks.ts';

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

/** Stands in for `Tasks`: nothing connects, and a test says what is known. */
export class FakeTasks {
  readonly #byId = signal<ReadonlyMap<string, Task>>(new Map());
  readonly byId = this.#byId.asReadonly();
  readonly newestFirst = () => [...this.#byId().values()].reverse();
  readonly connection = signal<ConnectionState>({ kind: 'live' });
  readonly list = signal<ListState>({ kind: 'ready', hasMore: false });
  readonly events$ = new Subject<readonly TaskEvent[]>();
  readonly submitted: { readonly body: SubmitTask; readonly key: string | undefined }[] = [];
  readonly cancelled: string[] = [];
  readonly replayed: string[] = [];
  /** What the next call answers with instead. */
  refusal: ApiError | undefined;
  types: readonly TaskTypeInfo[] = [csvType, echoType];
  timeline: readonly TaskEvent[] = [];
  /** Tasks beyond the first page. */
  older: readonly Task[] = [];
  deadLetters = 0;
  readonly receipts: Receipt[] = [];
  payload: unknown = { message: 'Hello' };

  readonly client = {
    events$: this.events$,
    clock: new ServerClock(),
    acknowledge: (taskId: string, cursor: string, kind: ReceiptKind) =>
      void this.receipts.push({ taskId, cursor, kind }),
    api: {
      listTaskTypes: async () => this.types,
      getTimeline: async (id: string) => ({ taskId: id, events: this.timeline }),
      getPayload: async () => this.payload,
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
    loadMore: async () => undefined,
    find: async ({ state }: TaskQuery) => this.put(...this.older.filter((task) => task.state === state)),
  };

  put(...tasks: readonly Task[]): void {
    this.#byId.update((known) => new Map([...known, ...tasks.map((task) => [task.id, task] as const)]));
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
  ];
}

export function http(): HttpTestingController {
  return TestBed.inject(HttpTestingController);
}
