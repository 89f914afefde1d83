import { filter, firstValueFrom, map, type Observable, Subject, timeout } from 'rxjs';
import type { TaskEvent } from '../contracts/task-event.ts';
import type { ApiError } from './api-error.ts';
import { type LittleApi, littleTask, startLittleApi } from '../tests/support/little-api.ts';
import type { LiveFeedTimings } from './live-feed.ts';
import { fetchRequest } from './request.ts';
import { isEnded } from './task-reducer.ts';
import { TaskClient, type TaskClientOptions } from './task-client.ts';
import { values } from './values.ts';

let api: LittleApi;
let client: TaskClient;
let wake: Subject<void>;
let seen: string[];
let states: string[];

/** Nothing but what a test is about happens by itself. */
const calm: Partial<LiveFeedTimings> = { gap: 20, safety: 3_600_000, retry: () => 20 };

function start(timings: Partial<LiveFeedTimings> = {}, more: Partial<TaskClientOptions> = {}): void {
  client = new TaskClient({ send: fetchRequest(api.url), timings: { ...calm, ...timings }, wake, ...more });
  client.events$.subscribe((events) => seen.push(...events.map(({ cursor }) => cursor)));
  client.connection$.subscribe(({ kind }) => states.push(kind));
  client.start();
}

const until = <T>(values: Observable<T>, when: (value: T) => boolean) =>
  firstValueFrom(values.pipe(filter(when), timeout(10_000)));
const untilLive = () => until(client.connection$, ({ kind }) => kind === 'live');
const untilSeen = (cursor: string) =>
  seen.includes(cursor) ? Promise.resolve() : until(client.events$.pipe(map(() => seen)), () => seen.includes(cursor));
const stateOf = (id: string) => client.tasks$.pipe(map((tasks) => tasks.get(id)?.state));

beforeEach(async () => {
  api = await startLittleApi();
  api.tasks.set('t1', littleTask('t1'));
  wake = new Subject();
  seen = [];
  states = [];
});
afterEach(async () => {
  client.stop();
  await api.close();
});

const started = { kind: 'started', state: 'running' } as const;
const progress = { kind: 'progress', state: 'running', progress: { percent: 50 } } as const;
const completed = { kind: 'completed', state: 'completed', result: 'done' } as const;

describe('a client that watches tasks', () => {
  it('begins with a snapshot and goes on with events, and gives none from before the snapshot', async () => {
    api.store('t1', started);
    start();
    await untilLive();
    await until(stateOf('t1'), (state) => state === 'running');
    await api.push(api.store('t1', progress));
    await api.push(api.store('t1', completed));
    await until(stateOf('t1'), (state) => state === 'completed');
    expect(seen).toEqual(['2-0', '3-0']);
  });

  it('gives an event once that comes by two ways', async () => {
    start();
    await untilLive();
    const event = api.store('t1', started);
    await api.push(event, event);
    await api.push(event);
    await api.push(api.store('t1', completed));
    await untilSeen('2-0');
    wake.next();
    await api.push(api.store('t1', { kind: 'replayed', state: 'queued', attempt: 0 }));
    await untilSeen('3-0');
    expect(seen).toEqual(['1-0', '2-0', '3-0']);
  });

  it('fetches what lies before an event whose predecessors got lost, over several pages', async () => {
    start();
    await untilLive();
    const events: TaskEvent[] = [started, progress, progress, progress, completed].map((more) => api.store('t1', more));
    await api.push(events.at(-1)!);
    await untilSeen('5-0');
    expect(seen).toEqual(['1-0', '2-0', '3-0', '4-0', '5-0']);
  });

  it('waits for a straggler before it fetches', async () => {
    start({ gap: 5_000 });
    await untilLive();
    const asked = api.asked('/api/events');
    const [first, second] = [api.store('t1', started), api.store('t1', completed)];
    await api.push(second);
    await api.push(first);
    await untilSeen('2-0');
    expect(seen).toEqual(['1-0', '2-0']);
    expect(api.asked('/api/events')).toBe(asked);
  });

  it('finds a lost event that nothing follows by its safety fetch', async () => {
    start({ safety: 30 });
    await untilLive();
    api.store('t1', started);
    await untilSeen('1-0');
    expect(seen).toEqual(['1-0']);
  });

  it('catches up after a lost connection with a new token, and loses and doubles nothing', async () => {
    start();
    await untilLive();
    await api.push(api.store('t1', started));
    await untilSeen('1-0');
    await api.stopSignalR();
    await until(client.connection$, ({ kind }) => kind === 'offline');
    for (const more of [progress, progress, completed]) api.store('t1', more);
    const before = states.length;
    await api.startSignalR();
    await untilSeen('4-0');
    await untilLive();
    expect(seen).toEqual(['1-0', '2-0', '3-0', '4-0']);
    expect(states.slice(before).filter((kind) => kind !== 'offline')).toContain('catching-up');
    expect(api.asked('/api/negotiate')).toBeGreaterThan(1);
  });

  it('says when it will try again, and does', async () => {
    api.isDown = true;
    start({ retry: () => 50 });
    const offline = await until(client.connection$, ({ kind }) => kind === 'offline');
    expect(offline).toEqual({ kind: 'offline', retryAt: expect.any(Number) as number });
    const list = await until(client.list$, ({ kind }) => kind === 'failed');
    expect((list as { error: ApiError }).error.code).toBe('offline');
    api.isDown = false;
    await untilLive();
    await until(stateOf('t1'), (state) => state === 'queued');
  });

  it('tries at once when it is woken', async () => {
    api.isDown = true;
    start({ retry: () => 3_600_000 });
    await until(client.connection$, ({ kind }) => kind === 'offline');
    api.isDown = false;
    wake.next();
    await untilLive();
  });

  it('still brings the events, try by try, while SignalR cannot be reached', async () => {
    await api.stopSignalR();
    start();
    await until(stateOf('t1'), (state) => state === 'queued');
    api.store('t1', started);
    await untilSeen('1-0');
    await api.startSignalR();
    await untilLive();
    expect(seen).toEqual(['1-0']);
  });

  it('takes a new snapshot when events it missed are no longer kept', async () => {
    start();
    await untilLive();
    api.store('t1', started);
    api.store('t1', completed);
    api.hasForgotten = true;
    wake.next();
    await until(stateOf('t1'), (state) => state === 'completed');
    expect(seen).toEqual([]);
  });

  it('fetches a task it does not know, and a result too large for an event', async () => {
    start();
    await untilLive();
    api.tasks.set('t2', littleTask('t2', { result: 'large', finishedAt: '2026-11-21T11:00:00.000Z' }));
    await api.push(api.store('t2', { kind: 'completed', state: 'completed' }));
    const task = await until(client.watch('t2'), ({ state }) => state === 'completed');
    expect(task.result).toBe('large');
  });

  it('follows one task to its end in a plain loop', async () => {
    start();
    await untilLive();
    const way: string[] = [];
    for await (const { state } of values(client.watch('t1'))) {
      way.push(state);
      if (state === 'queued') await api.push(api.store('t1', started));
      if (state === 'running') await api.push(api.store('t1', completed));
      if (isEnded(state)) break;
    }
    expect(way).toEqual(['queued', 'running', 'completed']);
  });

  it('fetches a task to watch that lies beyond the list, and says so when there is none', async () => {
    start();
    await untilLive();
    api.tasks.set('old', littleTask('old', { state: 'completed' }));
    expect((await firstValueFrom(client.watch('old'))).state).toBe('completed');
    await expect(firstValueFrom(client.watch('nothing'))).rejects.toMatchObject({ code: 'not-found', status: 404 });
  });

  it('shows a replay at once, and the task as it was when the API refuses', async () => {
    const error = { code: 'x', message: 'Broken.' };
    const finishedAt = '2026-11-21T09:31:00.000Z';
    api.tasks.set('t1', littleTask('t1', { state: 'dead-lettered', attempt: 7, error, finishedAt }));
    start({}, { schedule: (flush) => flush() });
    await untilLive();
    await until(stateOf('t1'), (state) => state === 'dead-lettered');
    const way: (string | undefined)[] = [];
    stateOf('t1').subscribe((state) => way.at(-1) === state || way.push(state));
    api.refusesReplays = true;
    await expect(client.replay('t1')).rejects.toMatchObject({ code: 'conflict', status: 409 });
    await until(stateOf('t1'), (state) => state === 'dead-lettered');
    expect(way).toEqual(['dead-lettered', 'queued', 'dead-lettered']);
  });

  it('goes on with the attempts of a replayed task, also where another client replayed it', async () => {
    api.tasks.set('t1', littleTask('t1', { state: 'dead-lettered', attempt: 7 }));
    start();
    await untilLive();
    await until(stateOf('t1'), (state) => state === 'dead-lettered');
    expect(await client.replay('t1')).toMatchObject({ state: 'queued', attempt: 7, maxAttempts: 14 });
    await api.push(...api.events);
    await api.push(api.store('t1', { ...started, attempt: 8 }));
    const running = await until(client.watch('t1'), ({ state }) => state === 'running');
    expect(running).toMatchObject({ attempt: 8, maxAttempts: 14 });

    api.tasks.set('t2', littleTask('t2', { state: 'dead-lettered', attempt: 7 }));
    await client.load('t2');
    await fetch(`${api.url}/api/tasks/t2/replay`, { method: 'POST' });
    await api.push(api.events.at(-1)!);
    await until(client.watch('t2', { beyondEnd: true }), ({ maxAttempts }) => maxAttempts === 14);
  });

  it('draws a burst as one change', async () => {
    start();
    await untilLive();
    await until(stateOf('t1'), (state) => state === 'queued');
    let changes = 0;
    client.tasks$.subscribe(() => (changes += 1));
    const burst = Array.from({ length: 500 }, () => api.store('t1', progress));
    await api.push(...burst);
    await until(client.watch('t1'), ({ progress: done }) => done?.percent === 50);
    expect(changes).toBeLessThan(10);
  });
});
