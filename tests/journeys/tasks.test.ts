import { ServiceBusClient } from '@azure/service-bus';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import Long from 'long';
import { TaskEvent } from '../../contracts/task-event.ts';
import type { BatchResult } from '../../contracts/submit.ts';
import { Task } from '../../contracts/task.ts';
import type { Problem } from '../../contracts/problem.ts';
import { createTaskId } from '../../functions/tasks/task-id.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

let api: Api;
let serviceBus: ServiceBusClient;
let redis: Redis;
// Before useStack, as hooks run in their order: the clients go first, then their servers.
afterAll(async () => {
  await serviceBus.close();
  redis.disconnect();
});
const stack = useStack({
  settings: { PayloadLimitBytes: '100000', ResultLimitBytes: '95000', AttemptTimeLimitSeconds: '2' },
});

beforeAll(() => {
  api = new Api(stack().baseUrl);
  serviceBus = new ServiceBusClient(stack().serviceBusConnection);
  redis = new Redis(stack().redisUrl);
});

/** Looks into the dead-letter queue until the message with this ID is there. */
async function deadLetterOf(messageId: string) {
  const receiver = serviceBus.createReceiver('tasks', { subQueueType: 'deadLetter' });
  try {
    for (;;) {
      const messages = await receiver.peekMessages(250, { fromSequenceNumber: Long.ONE });
      const found = messages.find((message) => message.messageId === messageId);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await receiver.close();
  }
}

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

  it('is dead-lettered after its attempts, and its message lies in the dead-letter queue', async () => {
    const { id } = await api.submit('echo', { message: 1, failures: 50 }, { maxAttempts: 3 });
    expect(await api.ended(id)).toMatchObject({
      state: 'dead-lettered',
      attempt: 3,
      error: { code: 'handler-failed' },
    });
    expect(kindsOf(await api.timeline(id)).at(-1)).toBe('dead-lettered');
    expect(await deadLetterOf(`${id}:3`)).toMatchObject({
      body: id,
      messageId: `${id}:3`,
      applicationProperties: { taskType: 'echo', owner: 'local-user', attempt: 3 },
    });
  });

  it('is replayed from the dead letters, with its message taken out of the dead-letter queue', async () => {
    const { id } = await api.submit('echo', { message: 'again', failures: 2 }, { maxAttempts: 2 });
    expect(await api.ended(id)).toMatchObject({ state: 'dead-lettered', attempt: 2 });
    await deadLetterOf(`${id}:2`);
    const other = await api.submit('echo', { message: 1, permanent: true });
    await deadLetterOf(`${other.id}:1`);
    expect(await api.post(`/api/tasks/${id}/replay`, '')).toMatchObject({ status: 200, body: { id, state: 'queued' } });
    expect(await api.ended(id)).toMatchObject({ state: 'completed', attempt: 3, result: { message: 'again' } });
    expect(await api.post(`/api/tasks/${id}/replay`, '')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const receiver = serviceBus.createReceiver('tasks', { subQueueType: 'deadLetter' });
    const left = async () =>
      (await receiver.peekMessages(250, { fromSequenceNumber: Long.ONE })).map(({ messageId }) => messageId);
    while ((await left()).includes(`${id}:2`)) await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await left()).toContain(`${other.id}:1`);
    await receiver.close();
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
    const running = await api.submit('echo', { message: 1, delayMs: 1_500 });
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

  it('waits for its time, with nothing but its ID in the queue', async () => {
    const scheduledFor = new Date(Date.now() + 1_500).toISOString();
    const { id, state } = await api.submit('echo', { message: 'secret payload' }, { scheduledFor });
    expect(state).toBe('scheduled');
    const receiver = serviceBus.createReceiver('tasks');
    const peeked = await receiver.peekMessages(100);
    await receiver.close();
    const message = peeked.find(({ messageId }) => messageId === `${id}:1`);
    expect(message).toMatchObject({
      body: id,
      applicationProperties: { taskType: 'echo', owner: 'local-user', attempt: 1 },
    });
    expect(Object.keys(message!.applicationProperties!).sort()).toEqual(
      expect.arrayContaining(['attempt', 'owner', 'taskType']),
    );
    const task = await api.ended(id);
    expect(task.state).toBe('completed');
    expect(Date.parse(task.startedAt!)).toBeGreaterThanOrEqual(Date.parse(scheduledFor));
  });

  it('expires when its time is over before it starts', async () => {
    const scheduledFor = new Date(Date.now() + 1_500).toISOString();
    const { id } = await api.submit('echo', { message: 1 }, { scheduledFor, expiresIn: 1 });
    expect(await api.ended(id)).toMatchObject({ state: 'expired', attempt: 0 });
  });
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
    const before = await redis.dbsize();
    for (const length of [99_991, 300_000]) {
      const answer = await refused({ type: 'summarize-csv', payload: { csv: 'x'.repeat(length) } });
      expect(answer).toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
    }
    expect(await redis.dbsize()).toBe(before);
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

describe('a message in the queue', () => {
  const send = async (body: unknown, messageId: string) => {
    const sender = serviceBus.createSender('tasks');
    await sender.sendMessages({ body, messageId });
    await sender.close();
  };

  it('whose ID nobody knows goes to the dead-letter queue, and others go on', async () => {
    const unknown = createTaskId('ada', Date.now());
    await send(unknown, `${unknown}:1`);
    await send({ not: 'an ID' }, 'garbage-1');
    const { id } = await api.submit('echo', { message: 'meanwhile' });
    expect(await api.ended(id)).toMatchObject({ state: 'completed' });
    expect(await deadLetterOf(`${unknown}:1`)).toMatchObject({
      body: unknown,
      deadLetterReason: 'MaxDeliveryCountExceeded',
    });
    expect(await deadLetterOf('garbage-1')).toMatchObject({ body: { not: 'an ID' } });
  });

  it('that comes long before the time of its task does not start it', async () => {
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await api.submit('echo', { message: 1 }, { scheduledFor });
    await send(id, `early:${id}`);
    const { id: later } = await api.submit('echo', { message: 1 });
    await api.ended(later);
    expect(await api.task(id)).toMatchObject({ state: 'scheduled' });
  });

  it('whose payload is gone makes its task a dead letter that says so', async () => {
    const scheduledFor = new Date(Date.now() + 1_000).toISOString();
    const { id } = await api.submit('echo', { message: 1 }, { scheduledFor });
    const [payloadKey] = await redis.keys(`*:payload:${id}`);
    await redis.del(payloadKey!);
    expect(await api.ended(id)).toMatchObject({
      state: 'dead-lettered',
      attempt: 1,
      error: { code: 'payload-missing' },
    });
    expect(await api.call(`/api/tasks/${id}/payload`)).toMatchObject({
      status: 404,
      body: { code: 'payload-missing' },
    });
  });

  it('that comes twice runs its task once', async () => {
    const { id } = await api.submit('echo', { message: 1, delayMs: 500 });
    const sender = serviceBus.createSender('tasks');
    for (const messageId of ['copy-1', 'copy-2'])
      await sender.sendMessages({ body: id, messageId, applicationProperties: { attempt: 1 } });
    await sender.close();
    expect(await api.ended(id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(kindsOf(await api.timeline(id))).toEqual(['queued', 'started', 'completed']);
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
    expect(kindsOf(since.filter(({ taskId }) => taskId === id))).toEqual(['queued', 'started', 'completed']);
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
