import { randomBytes } from 'node:crypto';
import type { Task } from '../../contracts/task.ts';
import { startSilentProxy } from '../../tests/support/silent-proxy.ts';
import { useTestAzurite } from '../../tests/support/test-azurite.ts';
import { TableGroup } from '../azure/tables.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { monthAt } from './history-rows.ts';
import { listHistory, scanLimit } from './history-queries.ts';
import { HistoryStore } from './history-store.ts';
import { recordEndings } from './record-endings.ts';

const azurite = useTestAzurite();
let store: HistoryStore;
let tests = 0;
beforeEach(() => {
  // Tables of its own for each test.
  tests += 1;
  store = new HistoryStore(
    new TableGroup({ connectionString: azurite.connectionString }, `t${'abcdefghijklmnopqrstuvwxyz'[tests]}`),
  );
});

const january = Date.parse('2026-01-31T23:59:59Z');
const february = Date.parse('2026-02-01T00:00:00Z');
let time = 0;

function ended(owner: string, at: number, more: Partial<Task> = {}): Task {
  const createdAt = new Date((time = Math.max(at, time + 1))).toISOString();
  return {
    ...{ id: createTaskId(owner, time), type: 'echo', state: 'completed', owner, attempt: 1, maxAttempts: 7 },
    ...{ tags: [], priority: 'normal', delivery: 'at-least-once', payloadBytes: 2 },
    ...{ createdAt, startedAt: createdAt, finishedAt: new Date(time + 50).toISOString() },
    ...more,
  };
}
beforeEach(() => void (time = 0));

const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

it('keeps many tasks of many owners over months, and lists them newest first, page by page', async () => {
  const tasks = [];
  for (let n = 0; n < 130; n += 1) tasks.push(ended(`owner ${n % 3}`, n < 60 ? january - 60_000 : february));
  await store.record(tasks);
  const newestFirst = tasks.toReversed();
  const all: Task[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await listHistory(store, { limit: 40, ...(cursor !== undefined && { cursor }) });
    all.push(...page.tasks);
    if ((cursor = page.cursor) === undefined) break;
  }
  expect(all).toEqual(newestFirst);
  const own = await listHistory(store, { owner: 'owner 1', limit: 500 });
  expect(own).toEqual({ tasks: newestFirst.filter(({ owner }) => owner === 'owner 1') });
});

it('finds a task by its ID, whoever owns it', async () => {
  const [one, other] = [ended('ada', january), ended("o'neill/100% #?\\", january, { result: { text: 'grüß' } })];
  await store.record([one, other]);
  expect(await store.find(one.id)).toEqual(one);
  expect(await store.find(other.id)).toEqual(other);
  expect((await listHistory(store, { owner: other.owner, limit: 5 })).tasks).toEqual([other]);
  expect(await store.find(ended('ada', january).id)).toBeUndefined();
  expect(await store.find(ended('ada', Date.parse('2020-01-01T00:00:00Z')).id)).toBeUndefined();
});

it('tells owners apart whose names are alike', async () => {
  await store.record([ended('a b', january), ended('a=20b', january), ended('a', january), ended('A', january)]);
  for (const owner of ['a b', 'a=20b', 'a', 'A'])
    expect((await listHistory(store, { owner, limit: 5 })).tasks.map((task) => task.owner)).toEqual([owner]);
});

it('filters by state, type, words, and when a task was submitted', async () => {
  const first = ended('ada', january - 1_000);
  const second = ended('ada', january, { state: 'dead-lettered', error: { code: 'broken', message: 'No disk left' } });
  const third = ended('ada', february, { type: 'other', tags: ['nightly'] });
  await store.record([first, second, third]);
  const list = async (filter: object) => ids((await listHistory(store, { limit: 10, ...filter })).tasks);
  expect(await list({ states: ['dead-lettered'] })).toEqual([second.id]);
  expect(await list({ type: 'other' })).toEqual([third.id]);
  expect(await list({ q: 'DISK broken' })).toEqual([second.id]);
  expect(await list({ tag: 'nightly' })).toEqual([third.id]);
  expect(await list({ from: Date.parse(second.createdAt) })).toEqual([third.id, second.id]);
  expect(await list({ to: Date.parse(second.createdAt) })).toEqual([first.id]);
  expect(await list({ from: Date.parse(second.createdAt), to: Date.parse(third.createdAt) })).toEqual([second.id]);
  expect(await list({ cursor: second.id })).toEqual([first.id]);
});

it('answers a short page with a cursor where little fits', async () => {
  const tasks = [ended('ada', january, { tags: ['rare'] })];
  for (let n = 0; n < scanLimit; n += 1) tasks.push(ended('ada', january));
  await store.record(tasks);
  const page = await listHistory(store, { owner: 'ada', tag: 'rare', limit: 10 });
  expect(page.tasks).toEqual([]);
  const rest = await listHistory(store, { owner: 'ada', tag: 'rare', limit: 10, cursor: page.cursor! });
  expect(rest).toEqual({ tasks: [tasks[0]] });
});

it('keeps the last ending of a task, in whichever order and however often it hears of them', async () => {
  const failed = ended('ada', january, { state: 'dead-lettered' });
  const again: Task = { ...failed, state: 'completed', replays: 1, finishedAt: '2026-03-01T00:00:00.000Z' };
  const neighbour = ended('ada', january);
  await store.record([again]);
  await store.record([neighbour, failed]);
  expect(await store.find(failed.id)).toEqual(again);
  expect(await store.find(neighbour.id)).toEqual(neighbour);
  const discarded = { ...neighbour, discarded: { reason: 'old', by: 'ada', at: '2026-03-02T00:00:00.000Z' } };
  await store.record([discarded, again, neighbour]);
  await store.record([neighbour]);
  expect((await listHistory(store, { limit: 10 })).tasks).toEqual([discarded, again]);
});

it('keeps the order of tasks that were submitted at once and told of by many messages, page by page', async () => {
  const tasks = Array.from({ length: 300 }, () => ended('ada', january));
  // Every seventh task in one message: all rows overlap.
  for (let n = 0; n < 7; n += 1) await store.record(tasks.filter((_, place) => place % 7 === n));
  const again: Task = { ...tasks[150]!, state: 'cancelled', finishedAt: '2026-03-01T00:00:00.000Z' };
  await store.record([again]);
  const expected = tasks.map((task) => (task.id === again.id ? again : task)).toReversed();
  for (const limit of [1, 40, 500]) {
    const all: Task[] = [];
    for (let cursor: string | undefined; all.length <= tasks.length; ) {
      const page = await listHistory(store, { owner: 'ada', limit, ...(cursor !== undefined && { cursor }) });
      all.push(...page.tasks);
      if ((cursor = page.cursor) === undefined || (limit === 1 && all.length === 20)) break;
    }
    expect(ids(all)).toEqual(ids(expected.slice(0, all.length)));
    expect(all.length).toBe(limit === 1 ? 20 : 300);
  }
  const [one, other] = [tasks[99]!, tasks[200]!];
  const between = await listHistory(store, { limit: 500, from: Date.parse(one.createdAt), to: Date.parse(other.createdAt) });
  expect(ids(between.tasks)).toEqual(ids(tasks.slice(99, 200)).reverse());
  expect(await store.find(again.id)).toEqual(again);
}); // prettier-ignore

it('keeps what does not fit into one property', async () => {
  const noise = () => randomBytes(9_000).toString('base64');
  const tasks = Array.from({ length: 12 }, () => ended('ada', january, { result: noise() }));
  await store.record(tasks);
  expect((await listHistory(store, { limit: 20 })).tasks).toEqual(tasks.toReversed());
});

it('takes two processes that record the same at the same time', async () => {
  const tasks = Array.from({ length: 100 }, () => ended('ada', january));
  await Promise.all([store.record(tasks), store.record(tasks.toReversed())]);
  expect(ids((await listHistory(store, { owner: 'ada', limit: 500 })).tasks)).toEqual(ids(tasks).reverse());
});

it('forgets whole months', async () => {
  const [old, young] = [ended('ada', january), ended('ada', february)];
  await store.record([old, young]);
  expect(await store.forgetBefore(Date.parse('2026-01-31T23:59:59Z'))).toEqual([]);
  expect(await store.forgetBefore(february)).toEqual([monthAt(january)]);
  expect(await store.find(old.id)).toBeUndefined();
  expect((await listHistory(store, { limit: 10 })).tasks).toEqual([young]);
});

it('records what a message says once storage is back, and refuses what is none of ours', async () => {
  const task = ended('ada', january);
  await azurite.stop();
  await expect(store.record([task])).rejects.toMatchObject({ code: 'dependency-unavailable' });
  await expect(store.find(task.id)).rejects.toMatchObject({ code: 'dependency-unavailable' });
  const waits: number[] = [];
  await recordEndings(store, JSON.stringify([task]), async (ms) => {
    waits.push(ms);
    if (waits.length === 1) await azurite.start();
  });
  expect(waits).toEqual([500]);
  expect(await store.find(task.id)).toEqual(task);
  for (const body of ['no JSON', '{}', [], [{ id: task.id }]])
    await expect(recordEndings(store, body)).rejects.not.toMatchObject({ code: 'dependency-unavailable' });
});

it('gives up on a storage that takes requests and never answers', async () => {
  const silent = await startSilentProxy(0);
  silent.isDead = true;
  const endpoint = /(?<=TableEndpoint=http:\/\/127\.0\.0\.1:)\d+/;
  const connectionString = azurite.connectionString.replace(endpoint, String(silent.port));
  const stuck = new HistoryStore(new TableGroup({ connectionString }, 'stuck', 100));
  const task = ended('ada', january);
  const asked = [stuck.find(task.id), stuck.record([task]), listHistory(stuck, { limit: 5 })];
  const refused = { status: 'rejected', reason: { code: 'dependency-unavailable' } };
  expect(await Promise.allSettled(asked)).toMatchObject([refused, refused, refused]);
  await silent.close();
});
