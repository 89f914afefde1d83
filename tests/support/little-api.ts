/** For tests: the part of the API that a client watches tasks by, over real HTTP, with a real SignalR service behind it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import type { TaskEvent } from '../../contracts/task-event.ts';
import type { Task } from '../../contracts/task.ts';
import { startSignalR } from '../../local/signalr/server.ts';
import { compareCursors } from '../../client/cursor.ts';

const accessKey = 'a-key-that-is-long-enough-for-hs256-signatures';

export interface LittleApi {
  readonly url: string;
  /** How often a path was asked for. */
  readonly asked: (path: string) => number;
  readonly tasks: Map<string, Task>;
  /** What `GET /api/events` gives; every event in the order of its cursor. */
  readonly events: TaskEvent[];
  /** Stores an event as the next one, and its state in the task. */
  store(taskId: string, more: Partial<TaskEvent>): TaskEvent;
  /** Sends events to the clients. */
  push(...events: TaskEvent[]): Promise<void>;
  /** While true, every request is cut off. */
  isDown: boolean;
  /** The next page of events says that some are no longer kept. */
  hasForgotten: boolean;
  /** While true, every request is answered with 401. */
  isSignedOut: boolean;
  /** Of SignalR, when a test puts a proxy before it. */
  hubPort: number;
  /** While true, replays are answered with 409. */
  refusesReplays: boolean;
  stopSignalR(): Promise<void>;
  startSignalR(): Promise<void>;
  close(): Promise<void>;
}

export function littleTask(id: string, more: Partial<Task> = {}): Task {
  const base = { type: 'echo', state: 'queued', owner: 'me', attempt: 0, maxAttempts: 7, payloadBytes: 2 } as const;
  const createdAt = '2026-11-21T09:30:00.000Z';
  return { id, ...base, tags: [], priority: 'normal', delivery: 'at-least-once', createdAt, ...more };
}

export async function startLittleApi(): Promise<LittleApi> {
  let signalR = await startSignalR({ port: 0, accessKey });
  const hub = () => `http://localhost:${signalR.port}`;
  const counts = new Map<string, number>();
  let sequence = 0;
  const api: LittleApi = {
    url: '',
    asked: (path) => counts.get(path) ?? 0,
    tasks: new Map(),
    events: [],
    isDown: false,
    hasForgotten: false,
    isSignedOut: false,
    hubPort: signalR.port,
    refusesReplays: false,
    store(taskId, more) {
      sequence += 1;
      const previous = api.events.at(-1)?.cursor;
      const at = new Date(Date.UTC(2026, 10, 21, 10) + sequence * 1000).toISOString();
      const base = { taskId, kind: 'started', state: 'running', attempt: 1, at } as const;
      const event: TaskEvent = { cursor: `${sequence}-0`, ...(previous && { previous }), ...base, ...more };
      api.events.push(event);
      const task = api.tasks.get(taskId);
      if (task) api.tasks.set(taskId, { ...task, state: event.state, attempt: event.attempt });
      return event;
    },
    async push(...events) {
      const url = `${hub()}/api/hubs/tasks/users/me/:send`;
      const answer = await fetch(`${url}?api-version=2022-06-01`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${jwt.sign({}, accessKey, { audience: url, expiresIn: 60 })}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ target: 'events', arguments: [events] }),
      });
      if (!answer.ok) throw new Error(`SignalR answered ${answer.status}`);
    },
    stopSignalR: () => signalR.close(),
    async startSignalR() {
      signalR = await startSignalR({ port: signalR.port, accessKey });
    },
    async close() {
      await signalR.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    counts.set(pathname, api.asked(pathname) + 1);
    if (api.isDown) request.destroy();
    else if (api.isSignedOut) refuse(response, 401, 'unauthenticated');
    else if (pathname === '/api/negotiate') answer(response, connectionInfo(`http://localhost:${api.hubPort}`));
    else if (pathname === '/api/tasks') answer(response, { tasks: tasksLike(api, searchParams) });
    else if (pathname === '/api/events') answer(response, eventPage(api, searchParams.get('after')!));
    else answerTask(api, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(api, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function connectionInfo(hub: string) {
  const url = `${hub}/client/?hub=tasks`;
  return { url, accessToken: jwt.sign({ nameid: 'me' }, accessKey, { audience: url, expiresIn: 60 }) };
}

function tasksLike(api: LittleApi, query: URLSearchParams): Task[] {
  const states = query.get('state')?.split(',');
  const tasks = [...api.tasks.values()].reverse();
  return states === undefined ? tasks.slice(0, 5) : tasks.filter(({ state }) => states.includes(state));
}

function eventPage(api: LittleApi, after: string) {
  const last = api.events.at(-1)?.cursor ?? '0';
  if (after === 'latest') return { events: [], cursor: last };
  const gap = api.hasForgotten;
  api.hasForgotten = false;
  const events = api.events.filter(({ cursor }) => compareCursors(cursor, after) > 0).slice(0, 2);
  return { events, cursor: events.at(-1)?.cursor ?? after, ...(gap && { gap }) };
}

function answerTask(api: LittleApi, request: IncomingMessage, response: ServerResponse): void {
  const [id, action] = request.url!.replace('/api/tasks/', '').split('/');
  const task = api.tasks.get(id!);
  if (!task) return refuse(response, 404, 'not-found');
  if (action !== 'replay') return answer(response, task);
  if (api.refusesReplays) return refuse(response, 409, 'conflict');
  api.tasks.set(task.id, { ...task, maxAttempts: task.attempt + task.maxAttempts });
  api.store(task.id, { kind: 'replayed', state: 'queued', attempt: task.attempt });
  answer(response, api.tasks.get(task.id)!);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  answer(response, { code, detail: 'The test wants it so.', status, title: code, type: 'about:blank' }, status);
}

function answer(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
