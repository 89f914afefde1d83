import type { Redis } from 'ioredis';
import { makeDeadLetter, type DeadLetterOptions } from '../../tests/support/dead-letters.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { taskKey } from '../tasks/task-keys.ts';
import { TaskStore } from '../tasks/task-store.ts';
import { listDeadLetters } from './dead-letter-page.ts';
import { selectDeadLetters } from './select-dead-letters.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
let store: TaskStore;
let now = Date.parse('2026-01-05T10:00:00Z');

beforeAll(() => {
  redis = testRedis.connect({ isPipelined: true });
  store = new TaskStore(redis, { now: () => now });
});
beforeEach(() => redis.flushall());

const dead = (options?: DeadLetterOptions) => makeDeadLetter(store, (now += 1_000), options);
const idsOf = ({ tasks }: { tasks: readonly { id: string }[] }) => tasks.map(({ id }) => id);
const error = (message: string, code = 'handler-failed') => ({ error: { code, message } });
const iso = (time: number) => new Date(time).toISOString();

it('groups dead letters whose errors differ in numbers and names only, largest group first', async () => {
  await dead({ ...error('No space left on "disk-1"') });
  const first = now;
  const other = await dead({ ...error('No such file') });
  await dead({ ...error('No space left on "disk-22"') });
  const { groups, tasks, total } = await listDeadLetters(redis, {}, { limit: 10 });
  expect(groups).toEqual([
    { group: expect.any(String), type: 'echo', code: 'handler-failed', message: 'No space left on "disk-22"', count: 2, firstAt: iso(first), lastAt: iso(now) },
    expect.objectContaining({ message: 'No such file', count: 1 }),
  ]); // prettier-ignore
  expect(total).toBe(3);
  expect(tasks).toHaveLength(3);
  const { tasks: ofGroup } = await listDeadLetters(redis, { group: groups[1]!.group }, { limit: 10 });
  expect(ofGroup).toMatchObject([{ id: other, state: 'dead-lettered', error: { message: 'No such file' } }]);
});

it('tells when the dead letters of each group came: over the time asked for, or from the first one to now', async () => {
  await dead({ ...error('early') });
  const from = now;
  now += 23 * 60 * 60 * 1000;
  await dead({ ...error('late') });
  await dead({ ...error('late') });
  const list = async (query = {}) => listDeadLetters(redis, query, { limit: 10, now: from + 24 * 60 * 60 * 1000 });
  const at = (step: number, count: number) => Array.from({ length: 24 }, (_, n) => (n === step ? count : 0));
  const { groups, trend } = await list();
  expect(groups).toMatchObject([
    { message: 'late', trend: at(23, 2) },
    { message: 'early', trend: at(0, 1) },
  ]);
  expect(trend).toEqual({ from: iso(from), to: iso(from + 24 * 60 * 60 * 1000) });
  const whole = await list({ from: from - 24 * 60 * 60 * 1000 });
  expect(whole.groups.map(({ trend }) => trend?.indexOf(1))).toEqual([-1, 12]);
});

it('shows the others where records are damaged, and still counts what can be told to be a dead letter', async () => {
  const [sound, damaged, other] = [await dead(), await dead(), await dead()];
  await redis.hset(taskKey(damaged), { error: '{"code":', details: '{' });
  await redis.set(taskKey(other), 'no hash');
  const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const page = await listDeadLetters(redis, { q: 'e' }, { limit: 10 });
  expect(idsOf(page)).toEqual([sound]);
  expect(page.groups.map(({ code, count }) => [code, count])).toEqual(expect.arrayContaining([['handler-failed', 1], ['unknown', 1]])); // prettier-ignore
  expect(warned.mock.calls.map(([text]) => String(text)).join()).toMatch(new RegExp(`${other}.*${damaged}`));
  warned.mockRestore();
  const { letters } = await selectDeadLetters(redis, { ids: [damaged] }, 'ada');
  expect(letters).toMatchObject([{ id: damaged, code: 'unknown' }]);
});

it('keeps apart what has another type or code', async () => {
  for (const code of ['a', 'b']) for (const type of ['echo', 'csv']) await dead({ type, ...error('boom', code) });
  expect((await listDeadLetters(redis, {}, { limit: 1 })).groups).toHaveLength(4);
});

it('filters by type, code, text, and by when a task was dead-lettered', async () => {
  const csv = await dead({ type: 'csv', tags: ['Invoices'] });
  const early = now;
  const gone = await dead({ ...error('The bank is gone', 'bank') });
  const late = await dead();
  const find = async (query: object) => idsOf(await listDeadLetters(redis, query, { limit: 10 }));
  expect(await find({ type: 'csv' })).toEqual([csv]);
  expect(await find({ code: 'bank' })).toEqual([gone]);
  expect(await find({ q: 'invoices' })).toEqual([csv]);
  expect(await find({ q: 'BANK is' })).toEqual([gone]);
  expect(await find({ q: late })).toEqual([late]);
  expect(await find({ from: early + 1 })).toEqual([late, gone]);
  expect(await find({ to: early + 1 })).toEqual([csv]);
  expect(await find({ from: early, to: early })).toEqual([]);
});

it('shows owners their own, and operators all', async () => {
  const [adas, bobs] = [await dead({ owner: 'ada' }), await dead({ owner: 'bob' })];
  expect(idsOf(await listDeadLetters(redis, { owner: 'ada' }, { limit: 10 }))).toEqual([adas]);
  expect(idsOf(await listDeadLetters(redis, {}, { limit: 10 }))).toEqual([bobs, adas]);
});

it('leaves out what was replayed or discarded', async () => {
  const [replayed, discarded, left] = [await dead(), await dead(), await dead()];
  await store.replay(replayed);
  await store.discard(discarded, { reason: 'No longer needed', by: 'ada', at: iso(now) });
  const page = await listDeadLetters(redis, {}, { limit: 10 });
  expect(idsOf(page)).toEqual([left]);
  expect(page).toMatchObject({ total: 1, groups: [{ count: 1 }] });
});

it('pages through all, newest first, whoever they belong to', async () => {
  const ids: string[] = [];
  for (const owner of ['ada', 'bob', 'cem', 'ada', 'dora', 'bob', 'eve']) ids.push(await dead({ owner }));
  const seen: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await listDeadLetters(redis, {}, { limit: 2, ...(cursor && { cursor }) });
    expect(page.groups).toMatchObject([{ count: 7 }]);
    seen.push(...idsOf(page));
    if (page.cursor === undefined) break;
    cursor = page.cursor;
  }
  expect(seen).toEqual(ids.reverse());
});

it('says when there are more than it looked at, and still pages through them', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) ids.push(await dead({ ...error(n === 0 ? 'old' : 'new') }));
  const page = await listDeadLetters(redis, {}, { limit: 10, lookAtMost: 3 });
  expect(page).toMatchObject({ truncated: true, total: 3, cursor: ids[2] });
  const rest = await listDeadLetters(redis, {}, { limit: 10, lookAtMost: 3, cursor: page.cursor! });
  expect(idsOf(rest)).toEqual([ids[1], ids[0]]);
  expect(rest.cursor).toBeUndefined();
});

describe('a selection', () => {
  it('takes named tasks, oldest first and once, and tells why it leaves others', async () => {
    const [first, second, bobs] = [await dead(), await dead(), await dead({ owner: 'bob' })];
    await store.replay(second);
    const unknown = '01900000-0000-7000-8000-00000000000a';
    const ids = [second, first, first, bobs, unknown];
    const { letters, refusals } = await selectDeadLetters(redis, { ids }, 'ada');
    expect(letters.map(({ id }) => id)).toEqual([first]);
    expect(refusals.map(({ id, reason }) => [id, reason])).toEqual([
      [unknown, 'not-found'],
      [second, 'not-dead-lettered'],
      [bobs, 'not-found'],
    ]);
  });

  it('takes all that fit a filter, oldest first, and says when there are more', async () => {
    const ids = [await dead(), await dead(), await dead()];
    const all = await selectDeadLetters(redis, { filter: {} }, 'ada');
    expect(all).toMatchObject({ truncated: false, refusals: [] });
    expect(all.letters.map(({ id }) => id)).toEqual(ids);
    expect(await selectDeadLetters(redis, { filter: {} }, 'ada', 2)).toMatchObject({ truncated: true });
  });

  it('takes a discarded task only where it is named', async () => {
    const id = await dead();
    await store.discard(id, { reason: 'x', by: 'ada', at: iso(now) });
    expect((await selectDeadLetters(redis, { filter: {} }, 'ada')).letters).toEqual([]);
    expect((await selectDeadLetters(redis, { ids: [id] }, 'ada')).letters).toMatchObject([{ id }]);
  });
});

it('counts 3,000 whole', async () => {
  const owners = ['ada', 'bob', 'cem', 'dora'];
  for (let at = 0; at < 3_000; at += 500) {
    const some = Array.from({ length: 500 }, (_, n) =>
      makeDeadLetter(store, now + at + n, { owner: owners[n % 4]!, ...error(`Line ${at + n} has ${n % 7} fields`) }),
    );
    await Promise.all(some);
  }
  const page = await listDeadLetters(redis, {}, { limit: 50 });
  expect(page).toMatchObject({ total: 3_000, groups: [{ count: 3_000 }] });
  expect(page.tasks).toHaveLength(50);
});
