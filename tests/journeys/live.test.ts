import { type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { ReplayPlan, ReplayProgress } from '../../contracts/replay.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';
import type { LogNews } from '../../contracts/task-log.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

const connections: HubConnection[] = [];
// Before useStack, as hooks run in their order: the clients go first, then their servers.
afterAll(async () => void (await Promise.all(connections.map((connection) => connection.stop()))));
const stack = useStack();
let api: Api;
beforeAll(() => void (api = new Api(stack().baseUrl)));

/** An unmodified SignalR client of this user, and what it is told. */
async function watch(user: Api) {
  const seen: TaskEvent[] = [];
  const replays: ReplayProgress[] = [];
  const logs: LogNews[] = [];
  const { body } = await user.post<{ url: string; accessToken: string }>('/api/negotiate', '');
  const connection = new HubConnectionBuilder()
    .withUrl(body.url, { accessTokenFactory: () => body.accessToken })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('events', (events: TaskEvent[]) => seen.push(...events));
  connection.on('replays', (progress: ReplayProgress) => replays.push(progress));
  connection.on('logs', (news: LogNews[]) => logs.push(...news));
  await connection.start();
  connections.push(connection);
  const sawEnd = async (id: string) => {
    while (!seen.some(({ taskId, kind }) => taskId === id && kind === 'completed')) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return seen.filter(({ taskId }) => taskId === id);
  };
  return { seen, sawEnd, replays, logs };
}

it('tells the owner each step of a task, in order, as the store has it', async () => {
  const { sawEnd } = await watch(api);
  const { id } = await api.submit('echo', { message: 'live', delayMs: 700, failures: 1 });
  const told = await sawEnd(id);
  const unique = [...new Map(told.map((event) => [event.cursor, event])).values()];
  expect(unique.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['queued', 'started', 'progress', 'retrying', 'completed']),
  );
  expect(unique).toEqual((await api.events()).filter(({ taskId }) => taskId === id));
});

it('tells others nothing, and operators everything', async () => {
  const [alice, bob, olga] = [await api.as('alice'), await api.as('bob'), await api.as('olga', 'operator')];
  const [ofAlice, ofBob, ofOlga] = [await watch(alice), await watch(bob), await watch(olga)];
  const { id } = await alice.submit('echo', { message: 'mine' });
  expect((await ofAlice.sawEnd(id)).map(({ kind }) => kind)).toEqual(['queued', 'started', 'completed']);
  expect((await ofOlga.sawEnd(id)).map(({ kind }) => kind)).toEqual(['queued', 'started', 'completed']);
  const own = await bob.submit('echo', { message: 'mine' });
  await ofBob.sawEnd(own.id);
  expect(new Set(ofBob.seen.map(({ taskId }) => taskId))).toEqual(new Set([own.id]));
});

it('tells the owner and operators how a replay gets on', async () => {
  const [alice, bob, olga] = [await api.as('alice'), await api.as('bob'), await api.as('olga', 'operator')];
  const told = await Promise.all([alice, bob, olga].map(async (user) => (await watch(user)).replays));
  const { id } = await alice.submit('echo', { message: 1, failures: 1 }, { maxAttempts: 1 });
  await alice.ended(id);
  const { body: plan } = await alice.post<ReplayPlan>('/api/dead-letters/replay', { ids: [id] });
  const isOver = (replays: ReplayProgress[]) => replays.some((one) => one.id === plan.id && one.state === 'completed');
  while (!isOver(told[0]!) || !isOver(told[2]!)) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(told[0]!.at(-1)).toMatchObject({ id: plan.id, matched: 1, completed: 1, owner: 'alice' });
  expect(told[1]).toEqual([]);
});

it('tells the owner and operators that a handler has logged, while it runs', async () => {
  const [alice, bob, olga] = [await api.as('alice'), await api.as('bob'), await api.as('olga', 'operator')];
  const [ofAlice, ofBob, ofOlga] = [await watch(alice), await watch(bob), await watch(olga)];
  const { id } = await alice.submit('echo', { message: 'logged', delayMs: 600_000 });
  const isTold = ({ logs }: typeof ofAlice) => logs.some(({ taskId }) => taskId === id);
  while (!isTold(ofAlice) || !isTold(ofOlga)) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await alice.task(id)).state).toBe('running');
  expect(ofAlice.logs.filter(({ taskId }) => taskId === id)).toEqual([{ taskId: id, newest: 1 }]);
  expect(ofBob.logs).toEqual([]);
  await alice.post(`/api/tasks/${id}/cancel`, '');
});

it('tells a former operator no more than anybody', async () => {
  await watch(await api.as('rita', 'operator'));
  const ofRita = await watch(await api.as('rita'));
  const [alice, rita] = [await api.as('alice'), await api.as('rita')];
  const { id } = await alice.submit('echo', { message: 'not for rita' });
  await alice.ended(id);
  const own = await rita.submit('echo', { message: 'mine' });
  await ofRita.sawEnd(own.id);
  expect(new Set(ofRita.seen.map(({ taskId }) => taskId))).toEqual(new Set([own.id]));
});

it('shows a deeply nested result, which travels in no event, at the task', async () => {
  const message = JSON.parse('['.repeat(150) + ']'.repeat(150)) as unknown;
  const { sawEnd } = await watch(api);
  const { id } = await api.submit('echo', { message });
  expect((await sawEnd(id)).at(-1)).not.toHaveProperty('result');
  expect(await api.task(id)).toMatchObject({ result: { message } });
});

it('tells of a burst completely, each event with the one before it', async () => {
  const carol = await api.as('carol');
  const watching = await watch(carol);
  const tasks = await Promise.all(Array.from({ length: 60 }, (_, n) => carol.submit('echo', { message: n })));
  await Promise.all(tasks.map(({ id }) => watching.sawEnd(id)));
  const byCursor = new Map(watching.seen.map((event) => [event.cursor, event]));
  expect(byCursor.size).toBe(180);
  const firsts = [...byCursor.values()].filter(({ previous }) => previous === undefined || !byCursor.has(previous));
  expect(firsts).toHaveLength(1);
});

it('remembers who has had and seen the end of a task, and tells nobody else of it', async () => {
  const [alice, bob] = [await api.as('alice'), await api.as('bob')];
  const { sawEnd } = await watch(alice);
  const { id } = await alice.submit('echo', { message: 'seen?' });
  const { cursor } = (await sawEnd(id)).at(-1)!;
  const send = (user: Api, kind: string) => user.post('/api/receipts', { receipts: [{ taskId: id, cursor, kind }] });
  expect(await send(bob, 'seen')).toMatchObject({ status: 200, body: { recorded: 0, ignored: 1 } });
  expect((await alice.task(id)).receipts).toBeUndefined();
  expect(await send(alice, 'delivered')).toMatchObject({ body: { recorded: 1 } });
  expect(await send(alice, 'seen')).toMatchObject({ body: { recorded: 1, ignored: 0 } });
  const [receipt] = (await alice.task(id)).receipts!;
  expect(receipt).toMatchObject({ user: 'alice', isYou: true });
  expect(Date.parse(receipt!.seenAt!)).toBeGreaterThanOrEqual(Date.parse(receipt!.deliveredAt));
  expect((await api.task(id)).receipts).toEqual([{ ...receipt, isYou: false }]);
});
