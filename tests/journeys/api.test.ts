import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Problem } from '../../contracts/problem.ts';
import type { BatchResult } from '../../contracts/submit.ts';
import type { Task } from '../../contracts/task.ts';
import { createTaskId } from '../../functions/tasks/task-id.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

let api: Api;
let redis: Redis;
// Before useStack, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const stack = useStack({ settings: { PayloadLimitBytes: '100000' } });
beforeAll(() => {
  api = new Api(stack().baseUrl);
  redis = new Redis(stack().redisUrl);
});

describe('a batch', () => {
  it('answers for each task in its order, and takes the good ones', async () => {
    const key = randomUUID();
    const tasks = [
      { type: 'echo', payload: { message: 0 }, idempotencyKey: key },
      { type: 'nope', payload: {} },
      { type: 'echo', payload: { message: 2 } },
      null,
      { type: 'echo', payload: { message: 4 }, idempotencyKey: 5 },
      { type: 'echo', payload: { message: 0 }, idempotencyKey: key },
    ];
    const { status, body } = await api.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
    expect(status).toBe(202);
    expect(body.results).toMatchObject([
      { status: 202, task: { state: 'queued' } },
      { status: 400, error: { code: 'invalid-request', errors: [{ pointer: '/type' }] } },
      { status: 202 },
      { status: 400 },
      { status: 400, error: { errors: [{ pointer: '/idempotencyKey' }] } },
      { status: 202, task: { id: body.results[0]!.task!.id } },
    ]);
    expect(await api.ended(body.results[2]!.task!.id)).toMatchObject({ state: 'completed', result: { message: 2 } });
    const again = await api.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks: tasks.slice(0, 1) });
    expect(again.body.results[0]!.task!.id).toBe(body.results[0]!.task!.id);
  });

  it('takes up to 1,000 tasks, and no other body', async () => {
    const tasks = Array.from({ length: 1_000 }, (_, n) => ({ type: 'echo', payload: { message: n }, tags: ['batch'] }));
    const { body } = await api.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
    expect(body.results.filter(({ status }) => status === 202)).toHaveLength(1_000);
    expect(new Set(body.results.map(({ task }) => task!.id)).size).toBe(1_000);
    for (const { task } of body.results) expect(await api.ended(task!.id)).toMatchObject({ state: 'completed' });
    for (const wrong of [{ tasks: [] }, { tasks: [...tasks, tasks[0]] }, {}, []]) {
      expect(await api.post('/api/tasks/batch', wrong)).toMatchObject({
        status: 400,
        body: { code: 'invalid-request' },
      });
    }
  });
});

describe('an idempotency key', () => {
  it('gives the same task for the same request, and refuses another', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await api.submit('echo', { message: 1 }, {}, key);
    const again = await api.post<Task>('/api/tasks', { payload: { message: 1 }, type: 'echo' }, key);
    expect(again.body.id).toBe(first.id);
    expect(await api.post('/api/tasks', { type: 'echo', payload: { message: 2 } }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('makes one task of many submissions at once', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = { type: 'echo', payload: { message: 1 }, tags: ['once'] };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.post<Task>('/api/tasks', body, key)));
    expect(new Set(answers.map(({ status }) => status)).size).toBeLessThanOrEqual(2);
    for (const { status } of answers) expect([202, 409]).toContain(status);
    expect(await api.list('?tag=once')).toHaveLength(1);
  });
});

describe('bad input', () => {
  const refused = async (body: unknown, headers = {}) => api.post('/api/tasks', body, headers);
  /** Keys that come with a submission alone: others come and go while earlier tasks end, are counted and told to history. */
  const submitted = async () => [...(await redis.keys('*:task:*')), ...(await redis.keys('*:payload:*'))].sort();
  const pointers = ({ body }: { body: Problem }) => body.errors?.map(({ pointer }) => pointer);

  it.each([
    ['an unknown type', { type: 'nope', payload: {} }, ['/type']],
    ['no type', { payload: {} }, ['/type']],
    ['no payload', { type: 'echo' }, ['/payload']],
    [
      'a payload of the wrong shape',
      { type: 'echo', payload: { message: 1, delayMs: 'long', failures: -1 } },
      ['/payload/delayMs', '/payload/failures'],
    ],
    ['fields that do not exist', { type: 'echo', payload: { message: 1, x: 1 }, tags: [] }, ['/payload/x']],
    ['a misspelt option', { type: 'echo', payload: { message: 1 }, tag: 'a' }, ['/tag']],
    ['a time that is none', { type: 'echo', payload: { message: 1 }, scheduledFor: 'tomorrow' }, ['/scheduledFor']],
    [
      'a time too far ahead',
      { type: 'echo', payload: { message: 1 }, scheduledFor: '2099-01-01T00:00:00Z' },
      ['/scheduledFor'],
    ],
    ['a duration that is none', { type: 'echo', payload: { message: 1 }, expiresIn: 'soon' }, ['/expiresIn']],
    [
      'a nesting too deep',
      `{"type":"echo","payload":{"message":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`,
      ['/payload/message/0'],
    ],
    ['a number out of range', '{"type":"echo","payload":{"message":1e400}}', ['/payload/message']],
    [
      'a time without its zone',
      { type: 'echo', payload: { message: 1 }, scheduledFor: '2026-11-21T09:30:00' },
      ['/scheduledFor'],
    ],
    ['no object', [], ['']],
    ['no JSON', '{"type":', ['']],
    ['nothing', '', ['']],
  ])('with %s is refused, with a pointer to the fault', async (_, body, expected) => {
    const answer = await refused(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', status: 400 } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(pointers(answer)).toEqual(expected);
  });

  it('over the limit is refused, and nothing is stored', async () => {
    const before = await submitted();
    for (const length of [99_991, 300_000]) {
      const answer = await refused({ type: 'summarize-csv', payload: { csv: 'x'.repeat(length) } });
      expect(answer).toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
    }
    expect(await submitted()).toEqual(before);
    expect((await refused({ type: 'summarize-csv', payload: { csv: 'x'.repeat(99_990) } })).status).toBe(202);
  });

  it('in an Idempotency-Key is refused', async () => {
    const answer = await refused({ type: 'echo', payload: { message: 1 } }, { 'idempotency-key': 'x'.repeat(129) });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: 'Idempotency-Key' }] } });
  });

  it('in a query is refused with the name of the parameter', async () => {
    for (const query of ['state=done', 'limit=0', 'limit=x', 'from=yesterday', 'cursor=x']) {
      const answer = await api.call<Problem>(`/api/tasks?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
      expect(answer.body.errors![0]!.pointer).toContain(query.split('=')[0]);
    }
    expect(await api.call('/api/events?after=x')).toMatchObject({ status: 400 });
  });

  it('as an ID is not found, and neither is an unknown one or an unknown route', async () => {
    const unknown = createTaskId('ada', Date.now());
    for (const path of [
      `/api/tasks/${unknown}`,
      `/api/tasks/${unknown}/payload`,
      `/api/tasks/x'y"<z>/timeline`,
      '/api/nothing',
    ]) {
      expect(await api.call(path)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect(await api.call('/api/tasks', { method })).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
    expect(await api.post(`/api/tasks/${unknown}/cancel`, '')).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
  });
});

describe('the rest of the API', () => {
  it('lists the task types with schema and example', async () => {
    const { body } = await api.call<{ taskTypes: { name: string }[] }>('/api/task-types');
    expect(body.taskTypes.map(({ name }) => name).sort()).toEqual([
      'chat-message',
      'checksum-files',
      'echo',
      'summarize-csv',
    ]);
    expect(body.taskTypes[0]).toMatchObject({
      title: expect.any(String),
      schema: { type: 'object' },
      example: expect.anything(),
    });
  });

  it('tells that all is well', async () => {
    expect(await api.call('/api/health')).toMatchObject({ status: 200, body: { state: 'up', dependencies: [{ name: 'redis', state: 'up' }, { name: 'service-bus', state: 'up' }, { name: 'signalr', state: 'up' }] } }); // prettier-ignore
  });

  it('tells where events end, and gives what came since', async () => {
    const end = (await api.call<{ cursor: string }>('/api/events?after=latest')).body.cursor;
    const { id } = await api.submit('echo', { message: 1 });
    await api.ended(id);
    const since = await api.events(end);
    expect(since.filter(({ taskId }) => taskId === id).map(({ kind }) => kind)).toEqual([
      'queued',
      'started',
      'completed',
    ]);
  });

  it('serves the web app at any page, with a strict policy and lasting caches for hashed files', async () => {
    const page = await api.call<string>('/tasks/some-id');
    expect(page).toMatchObject({ status: 200 });
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = /src="(main-[^"]+\.js)"/.exec(page.body)![1]!;
    const file = await api.call<string>(`/${script}`);
    expect(file.headers.get('cache-control')).toContain('immutable');
    expect((await api.call(`/${script}`, { headers: { 'if-none-match': file.headers.get('etag')! } })).status).toBe(
      304,
    );
    expect((await api.call('/no-such-file.js')).status).toBe(404);
  });
});
