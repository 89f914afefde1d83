import type { CancelledTasks, TaskCounts } from '../../contracts/task-filter.ts';
import type { BatchResult } from '../../contracts/submit.ts';
import type { Timeline } from '../../contracts/task-event.ts';
import type { Task, TaskPage } from '../../contracts/task.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

const stack = useStack();
let api: Api;
let ann: Api;
const later = new Date(Date.now() + 3_600_000).toISOString();

async function submitMany(as: Api, count: number, more: object): Promise<string[]> {
  const tasks = Array.from({ length: count }, (_, n) => ({ type: 'echo', payload: { message: `no ${n}` }, scheduledFor: later, ...more })); // prettier-ignore
  const { body } = await as.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
  return body.results.map(({ task }) => task!.id);
}

async function cancelAll(as: Api, filter: object): Promise<{ cancelled: number; parts: number }> {
  let cancelled = 0;
  let cursor: string | undefined;
  for (let parts = 1; ; parts += 1) {
    const { body } = await as.post<CancelledTasks>('/api/tasks/cancel', { filter, ...(cursor && { cursor }) });
    cancelled += body.cancelled;
    cursor = body.cursor;
    if (cursor === undefined) return { cancelled, parts };
  }
}

const counts = async (as: Api, query = '') => (await as.call<TaskCounts>(`/api/task-counts${query}`)).body.states;

beforeAll(async () => {
  api = new Api(stack().baseUrl);
  ann = await api.as('ann');
});

describe('many tasks', () => {
  it('are cancelled by a filter, part by part, and nothing else is', async () => {
    await submitMany(ann, 1_000, { tags: ['spring'] });
    await submitMany(ann, 200, { tags: ['spring'] });
    const [kept] = await submitMany(ann, 1, { tags: ['autumn'] });
    expect(await counts(ann, '?tag=spring')).toMatchObject({ scheduled: 1_200, cancelled: 0 });
    const { cancelled, parts } = await cancelAll(ann, { tag: 'spring' });
    expect({ cancelled, several: parts > 2 }).toEqual({ cancelled: 1_200, several: true });
    expect(await counts(ann, '?tag=spring')).toMatchObject({ scheduled: 0, cancelled: 1_200 });
    expect(await ann.task(kept!)).toMatchObject({ state: 'scheduled' });
    expect(await counts(ann)).toMatchObject({ scheduled: 1, cancelled: 1_200 });
  });

  it('are cancelled by ID, and each that is not tells why', async () => {
    const [mine] = await submitMany(ann, 1, {});
    const done = await api.submit('echo', { message: 'done' });
    await api.ended(done.id);
    const asked = { ids: [mine, mine, done.id, 'nonsense'] };
    const { body: own } = await ann.post<CancelledTasks>('/api/tasks/cancel', asked);
    expect(own).toMatchObject({ cancelled: 1, refused: 2 });
    expect(own.refusals.map(({ id, reason }) => [id, reason])).toEqual([
      [done.id, 'not-found'],
      ['nonsense', 'not-found'],
    ]);
    const { body: all } = await api.post<CancelledTasks>('/api/tasks/cancel', asked);
    expect(all.refusals).toEqual([
      { id: done.id, reason: 'ended', detail: 'It is completed already.' },
      expect.objectContaining({ id: 'nonsense' }),
    ]);
  });

  it('of another owner are for operators only', async () => {
    const [hers] = await submitMany(ann, 1, { tags: ['hers'] });
    const bob = await api.as('bob');
    expect(await cancelAll(bob, { tag: 'hers' })).toEqual({ cancelled: 0, parts: 1 });
    expect((await bob.call('/api/tasks?owner=ann')).status).toBe(403);
    expect((await bob.post('/api/tasks/cancel', { filter: { owner: 'ann' } })).status).toBe(403);
    expect(await api.list('?owner=ann&tag=hers')).toMatchObject([{ id: hers, owner: 'ann' }]);
    expect(await api.list('?owner=bob&tag=hers')).toEqual([]);
  });

  it.each([{}, { ids: [], filter: {} }, { ids: ['a'], cursor: 'b' }, { filter: { state: 'queued' } }])(
    'are not cancelled by a request that does not say which: %j',
    async (body) => {
      expect((await api.post('/api/tasks/cancel', body)).body).toMatchObject({ code: 'invalid-request' });
    },
  );
});

it('finds tasks by words from anywhere in them', async () => {
  const task = await api.submit('echo', { message: 'Invoice XY-9 of Müller' }, { tags: ['Books'] });
  await api.ended(task.id);
  const found = async (q: string) =>
    (await api.call<TaskPage>(`/api/tasks?q=${encodeURIComponent(q)}`)).body.tasks.map(({ id }) => id);
  for (const q of ['invoice müller', 'xy-9 books', 'ECHO a message xy-9', task.id])
    expect(await found(q)).toEqual([task.id]);
  expect(await found('invoice nobody')).toEqual([]);
  expect(await api.task(task.id)).toMatchObject({ about: 'Invoice XY-9 of Müller' });
  expect((await api.call<Timeline>(`/api/tasks/${task.id}/timeline`)).body).toMatchObject({ steps: [], errors: [] });
});

describe('tasks of one ordering key that are submitted in one request', () => {
  const keptMs = ({ startedAt }: Task) => Date.parse(startedAt!);
  /** Large payloads are compressed and hashed on another thread, and so are ready later than small ones. */
  const sizes = [900_000, 1, 2_000, 1, 300_000, 1, 70_000, 1];

  async function submitInOrder(owner: Api, more: (n: number) => object): Promise<string[]> {
    const tasks = sizes.map((size, n) => ({ type: 'echo', payload: { message: `${n}`.padEnd(size, 'x'), ...more(n) }, orderingKey: 'k', maxAttempts: 1 })); // prettier-ignore
    const { body } = await owner.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
    return body.results.map(({ task }) => task!.id);
  }

  it('run in the order of the request, however long their payloads are', async () => {
    const cleo = await api.as('cleo');
    const ids = await submitInOrder(cleo, () => ({}));
    const tasks = await Promise.all(ids.map((id) => cleo.ended(id)));
    expect(tasks.slice(1).every((task, n) => keptMs(task) >= Date.parse(tasks[n]!.finishedAt!))).toBe(true);
    expect((await cleo.list()).map(({ id }) => id).reverse()).toEqual(ids);
  });

  it('are replayed by a plan in that order', async () => {
    const dan = await api.as('dan');
    const ids = await submitInOrder(dan, () => ({ failures: 1 }));
    for (const id of ids) await dan.ended(id);
    await dan.post('/api/dead-letters/replay', { filter: {} });
    const tasks = await Promise.all(ids.map((id) => dan.until(id, ({ state }) => state === 'completed')));
    const lastStart = async ({ id }: Task) => (await dan.timeline(id)).findLast(({ kind }) => kind === 'started')!.at;
    const starts = await Promise.all(tasks.map(lastStart));
    expect(starts.slice(1).every((at, n) => at >= tasks[n]!.finishedAt!)).toBe(true);
  });
});
