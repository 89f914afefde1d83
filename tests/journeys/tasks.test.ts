import { Redis } from 'ioredis';
import { TaskEvent } from '../../contracts/task-event.ts';
import { Task } from '../../contracts/task.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

let api: Api;
let redis: Redis;
// Before useStack, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const stack = useStack({ settings: { ResultLimitBytes: '95000', AttemptTimeLimitSeconds: '2' } });
beforeAll(() => {
  api = new Api(stack().baseUrl);
  redis = new Redis(stack().redisUrl);
});

const kindsOf = (events: TaskEvent[]) => events.map(({ kind }) => kind);

describe('a task', () => {
  it('is accepted, runs, and ends with its result', async () => {
    const message = { any: ['JSON', 1, null, { deep: 'ü"\n' }] };
    const answer = await api.post<Task>('/api/tasks', { type: 'echo', payload: { message }, tags: ['a', 'b'] });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/api/tasks/${answer.body.id}`);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(Task.parse(answer.body)).toMatchObject({
      type: 'echo',
      state: 'queued',
      owner: 'local-user',
      tags: ['a', 'b'],
      attempt: 0,
    });
    const task = await api.ended(answer.body.id);
    expect(Task.parse(task)).toMatchObject({ state: 'completed', attempt: 1, result: { message } });
    expect(await api.call(`/api/tasks/${task.id}/payload`)).toMatchObject({ status: 200, body: { message } });
    expect(kindsOf(await api.timeline(task.id))).toEqual(['queued', 'started', 'completed']);
  });

  it('summarises a CSV, with progress on the way', async () => {
    const csv = `n,name\n${Array.from({ length: 5_000 }, (_, i) => `${i},row ${i % 10}`).join('\n')}\n`;
    const { id } = await api.submit('summarize-csv', { csv });
    expect(await api.ended(id)).toMatchObject({
      state: 'completed',
      result: { rows: 5_000, columns: [{ name: 'n', type: 'integer', min: 0, max: 4_999, mean: 2_499.5, distinct: 5_000 }, { name: 'name', distinct: 10 }] },
    }); // prettier-ignore
    const events = (await api.events()).filter(({ taskId }) => taskId === id);
    expect(kindsOf(events)).toContain('progress');
    for (const event of events) TaskEvent.parse(event);
  });

  it('is retried with back-off until it succeeds', async () => {
    const { id } = await api.submit('echo', { message: 'third time lucky', failures: 2 });
    expect(await api.ended(id)).toMatchObject({
      state: 'completed',
      attempt: 3,
      result: { message: 'third time lucky' },
    });
    const timeline = await api.timeline(id);
    expect(kindsOf(timeline)).toEqual(['queued', 'started', 'retrying', 'started', 'retrying', 'started', 'completed']);
    const [first, second] = timeline.filter(({ kind }) => kind === 'retrying');
    expect(first).toMatchObject({ attempt: 1, error: { message: expect.stringContaining('asked to fail') } });
    const wait = (event?: TaskEvent) => Date.parse(event!.nextAttemptAt!) - Date.parse(event!.at);
    expect(wait(second)).toBeGreaterThan(wait(first) / 2);
  });

  it('makes seven attempts unless it says otherwise', async () => {
    const { id } = await api.submit('echo', { message: 1, failures: 50 });
    expect(await api.ended(id)).toMatchObject({ state: 'dead-lettered', attempt: 7, maxAttempts: 7 });
  });

  it('is dead-lettered at once when its handler says that no retry can help', async () => {
    const { id } = await api.submit('summarize-csv', { csv: 'a,b\n1,2,3\n' });
    expect(await api.ended(id)).toMatchObject({
      state: 'dead-lettered',
      attempt: 1,
      error: { code: 'invalid-csv', message: expect.stringContaining('Line 2') },
    });
  });

  it('is dead-lettered at once when its result is larger than the limit, and nothing of that is stored', async () => {
    const { id } = await api.submit('echo', { message: 'x'.repeat(96_000) });
    expect(await api.ended(id)).toMatchObject({
      state: 'dead-lettered',
      attempt: 1,
      error: { code: 'result-too-large', message: expect.stringMatching(/96,014 bytes .* at most 95,000/) as string },
    });
    expect(await redis.keys(`*:result:${id}`)).toEqual([]);
  });

  it('is retried when it takes longer than its time limit', async () => {
    const { id } = await api.submit('echo', { message: 1, delayMs: 60_000 }, { maxAttempts: 1 });
    expect(await api.ended(id)).toMatchObject({ state: 'dead-lettered', error: { code: 'time-limit' } });
  });

  it('is cancelled while it waits or runs, and not after', async () => {
    const waiting = await api.submit(
      'echo',
      { message: 1 },
      { scheduledFor: new Date(Date.now() + 3_600_000).toISOString() },
    );
    // Longer than an attempt may take: whenever it is looked at, it runs, or waits for its next attempt.
    const running = await api.submit('echo', { message: 1, delayMs: 60_000 });
    await api.until(running.id, ({ state }) => state === 'running');
    for (const { id } of [waiting, running]) {
      expect(await api.post(`/api/tasks/${id}/cancel`, '')).toMatchObject({
        status: 200,
        body: { id, state: 'cancelled' },
      });
    }
    const { id } = await api.submit('echo', { message: 1 });
    await api.ended(id);
    expect(await api.post(`/api/tasks/${id}/cancel`, '')).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('expires when its time is over before it starts', async () => {
    const scheduledFor = new Date(Date.now() + 1_500).toISOString();
    const { id } = await api.submit('echo', { message: 1 }, { scheduledFor, expiresIn: 1 });
    expect(await api.ended(id)).toMatchObject({ state: 'expired', attempt: 0 });
  });
});

it('lists tasks between two times by what is shown as their time', async () => {
  const user = await api.as('tina');
  const tasks = [];
  for (let n = 0; n < 5; n += 1) {
    tasks.push(await user.submit('echo', { message: n }));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const listed = await user.list(`?from=${tasks[1]!.createdAt}&to=${tasks[3]!.createdAt}`);
  expect(listed.map(({ id }) => id)).toEqual([tasks[2]!.id, tasks[1]!.id]);
});

it('leaves a large result out where it is not wanted, and gives it alone', async () => {
  const message = 'x'.repeat(90_000);
  const { id } = await api.submit('echo', { message });
  const whole = await api.ended(id);
  expect([whole.result, whole.resultBytes]).toEqual([{ message }, undefined]);
  const bytes = JSON.stringify({ message }).length;
  const { body } = await api.call<Task>(`/api/tasks/${id}?resultLimit=50000`);
  expect([body.result, body.resultBytes]).toEqual([undefined, bytes]);
  expect((await api.call<Task>(`/api/tasks/${id}?resultLimit=200000`)).body.result).toEqual({ message });
  expect((await api.list()).find((task) => task.id === id)).toMatchObject({ resultBytes: bytes });
  expect((await api.call(`/api/tasks/${id}/result`)).body).toEqual({ message });
  const small = await api.submit('echo', { message: 'small', failures: 1 }, { maxAttempts: 1 });
  await api.ended(small.id);
  expect(await api.call(`/api/tasks/${small.id}/result`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
});

describe('owners', () => {
  it('see their own tasks and events only, an operator sees all', async () => {
    const [alice, bob, operator] = [await api.as('alice'), await api.as('bob'), await api.as('olga', 'operator')];
    const { id, owner } = await alice.submit('echo', { message: 'mine' });
    expect(owner).toBe('alice');
    await alice.ended(id);
    for (const path of ['', '/payload', '/result', '/timeline']) {
      expect(await bob.call(`/api/tasks/${id}${path}`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
    expect(await bob.post(`/api/tasks/${id}/cancel`, '')).toMatchObject({ status: 404 });
    expect(await bob.list()).toEqual([]);
    expect(await bob.events()).toEqual([]);
    expect((await alice.list()).map((task) => task.id)).toEqual([id]);
    expect(kindsOf(await alice.events())).toEqual(['queued', 'started', 'completed']);
    expect(await operator.task(id)).toMatchObject({ id, owner: 'alice' });
    expect((await operator.list()).some((task) => task.id === id)).toBe(true);
    expect((await operator.events()).some(({ taskId }) => taskId === id)).toBe(true);
  });

  it('cannot be made to act by a page of another site', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const forged = await api.post('/api/tasks', { type: 'echo', payload: { message: 1 } }, headers);
    expect(forged).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('cannot be chosen by headers from outside', async () => {
    const headers = { 'x-ms-client-principal-id': 'mallory' };
    const { body } = await api.post<Task>('/api/tasks', { type: 'echo', payload: { message: 1 } }, headers);
    expect(body.owner).toBe('local-user');
  });
});
