import { filter, firstValueFrom, type Observable, Subject, timeout } from 'rxjs';
import type { TaskEvent } from '../contracts/task-event.ts';
import { type LittleApi, littleTask, startLittleApi } from '../tests/support/little-api.ts';
import { type SilentProxy, startSilentProxy } from '../tests/support/silent-proxy.ts';
import type { LiveFeedTimings } from './live-feed.ts';
import { fetchRequest } from './request.ts';
import { ServerClock } from './server-clock.ts';
import { TaskClient, type TaskClientOptions } from './task-client.ts';

let api: LittleApi;
let hub: SilentProxy;
let http: SilentProxy;
let clients: Watching[];

interface Watching {
  readonly client: TaskClient;
  readonly seen: string[];
  readonly states: string[];
}

/** Nothing but what a test is about happens by itself. */
const calm: Partial<LiveFeedTimings> = { gap: 20, safety: 3_600_000, look: 3_600_000, retry: () => 20 };

/** A client behind the two proxies. */
function watch(timings: Partial<LiveFeedTimings> = {}, more: Partial<TaskClientOptions> = {}): Watching {
  const send = fetchRequest(`http://127.0.0.1:${http.port}`, {}, more.clock);
  const client = new TaskClient({ send, timings: { ...calm, ...timings }, ...more });
  const watching: Watching = { client, seen: [], states: [] };
  client.events$.subscribe((events) => watching.seen.push(...events.map(({ cursor }) => cursor)));
  client.connection$.subscribe(({ kind }) => watching.states.push(kind));
  client.start();
  clients.push(watching);
  return watching;
}

const until = <T>(values: Observable<T>, when: (value: T) => boolean) =>
  firstValueFrom(values.pipe(filter(when), timeout(30_000)));
const untilKind = ({ client }: Watching, wanted: string) => until(client.connection$, ({ kind }) => kind === wanted);
async function untilSeen({ client, seen }: Watching, cursor: string): Promise<void> {
  if (!seen.includes(cursor)) await until(client.events$, () => seen.includes(cursor));
}

beforeEach(async () => {
  api = await startLittleApi();
  hub = await startSilentProxy(api.hubPort);
  http = await startSilentProxy(Number(new URL(api.url).port));
  api.hubPort = hub.port;
  api.tasks.set('t1', littleTask('t1'));
  clients = [];
});
afterEach(async () => {
  for (const { client } of clients) client.stop();
  await hub.close();
  await http.close();
  await api.close();
});

const progress = (percent: number) => ({ kind: 'progress', state: 'running', progress: { percent } }) as const;

describe('a connection that is dead and does not say so', () => {
  it('is noticed by an answer that does not come, and mended when there is a network again', async () => {
    const watching = watch({ safety: 50, answer: 300 });
    await untilKind(watching, 'live');
    for (const proxy of [hub, http]) {
      proxy.isDead = true;
      proxy.silence();
    }
    await untilKind(watching, 'offline');
    api.store('t1', progress(1));
    for (const proxy of [hub, http]) proxy.isDead = false;
    await untilSeen(watching, '1-0');
    await untilKind(watching, 'live');
    expect(watching.seen).toEqual(['1-0']);
  });

  it('is noticed with the network’s going, although an answer was on its way and still came', async () => {
    const wake = new Subject<void>();
    const [asked, answered] = [new Subject<void>(), new Subject<void>()];
    let holds = false;
    const real = fetchRequest(api.url, {});
    const send: typeof real = async (request) => {
      const answer = await real(request);
      if (!holds) return answer;
      holds = false;
      asked.next();
      await firstValueFrom(answered);
      return answer;
    };
    const watching = watch({}, { wake, send });
    await untilKind(watching, 'live');
    holds = true;
    const isUnderWay = firstValueFrom(asked);
    wake.next();
    await isUnderWay;
    api.isDown = true;
    wake.next();
    answered.next();
    await untilKind(watching, 'offline');
    api.isDown = false;
    await untilKind(watching, 'live');
  });

  it('is replaced when only the pushes are lost', async () => {
    const watching = watch({ safety: 100 });
    await untilKind(watching, 'live');
    const negotiated = api.asked('/api/negotiate');
    hub.silence();
    await api.push(api.store('t1', progress(1)));
    await untilSeen(watching, '1-0');
    while (api.asked('/api/negotiate') === negotiated) await new Promise((resolve) => setTimeout(resolve, 10));
    await untilKind(watching, 'live');
  });
});

describe('a laptop that slept for an hour', () => {
  it('fetches what happened meanwhile and opens a new connection, without waiting for the old one to fail', async () => {
    const local = { ahead: 0 };
    const clock = new ServerClock(() => Date.now() + local.ahead);
    const watching = watch({ look: 10, hurry: 100 }, { clock });
    await untilKind(watching, 'live');
    await api.push(api.store('t1', progress(1)));
    await untilSeen(watching, '1-0');

    hub.silence();
    http.silence();
    for (let percent = 2; percent < 12; percent += 1) api.store('t1', progress(percent));
    const negotiated = api.asked('/api/negotiate');
    local.ahead += 3_600_000;
    await untilSeen(watching, '11-0');
    while (api.asked('/api/negotiate') === negotiated) await new Promise((resolve) => setTimeout(resolve, 10));
    await untilKind(watching, 'live');
    await api.push(api.store('t1', progress(50)));
    await untilSeen(watching, '12-0');
    expect(watching.seen).toEqual(Array.from({ length: 12 }, (_, n) => `${n + 1}-0`));
    expect(watching.states).not.toContain('offline');
  });

  it('takes a new snapshot when more has happened than is worth fetching, and says that events are missing', async () => {
    const wake = new Subject<void>();
    const watching = watch({ behind: 2 }, { wake });
    await untilKind(watching, 'live');
    let resets = 0;
    watching.client.resets$.subscribe(() => (resets += 1));
    for (let percent = 1; percent < 40; percent += 1) api.store('t1', progress(percent));
    api.store('t1', { kind: 'completed', state: 'completed', result: 1 });
    wake.next();
    await until(watching.client.tasks$, (tasks) => tasks.get('t1')?.state === 'completed');
    expect(resets).toBe(1);
    await api.push(api.store('t1', { kind: 'replayed', state: 'queued', attempt: 1 }));
    await untilSeen(watching, '41-0');
  });
});

it('says that the sign-in is over, and goes on after the next one', async () => {
  const watching = watch();
  await untilKind(watching, 'live');
  api.isSignedOut = true;
  await api.stopSignalR();
  await untilKind(watching, 'signed-out');
  await api.startSignalR();
  api.store('t1', progress(1));
  api.isSignedOut = false;
  await untilKind(watching, 'live');
  await untilSeen(watching, '1-0');
});

it('knows the server’s time although the local clock is off by hours', async () => {
  const off = 5 * 3_600_000;
  const clock = new ServerClock(() => Date.now() + off);
  const watching = watch({}, { clock });
  await untilKind(watching, 'live');
  const before = Date.now();
  const now = watching.client.clock.now();
  expect(now).toBeGreaterThan(before - 1_000);
  expect(now).toBeLessThan(Date.now() + 1_000);
});

it('lets two tabs agree, although each misses other pushes and gets some twice', async () => {
  // A page has two events here: on a busy machine there are always some more, and that is no reason for a new snapshot.
  const tabs = [watch({ safety: 50, behind: 1_000 }), watch({ safety: 50, behind: 1_000 })];
  for (const tab of tabs) await untilKind(tab, 'live');
  const lost: TaskEvent[] = [];
  for (let n = 1; n <= 60; n += 1) {
    const event = api.store('t1', n === 60 ? { kind: 'completed', state: 'completed', result: n } : progress(n));
    if (n % 7 === 0) lost.push(event);
    else await api.push(event, ...(n % 5 === 0 ? [event] : []));
    if (n === 30) hub.silence();
  }
  for (const tab of tabs) await untilSeen(tab, '60-0');
  const everything = Array.from({ length: 60 }, (_, n) => `${n + 1}-0`);
  for (const { seen } of tabs) expect(seen).toEqual(everything);
  const shown = await Promise.all(
    tabs.map(({ client }) => until(client.tasks$, (tasks) => tasks.get('t1')?.state === 'completed')),
  );
  expect(shown[0]).toEqual(shown[1]);
});
