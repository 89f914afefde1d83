import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import Long from 'long';
import type { DeadLetterPage, Discarded } from '../../contracts/dead-letters.ts';
import type { Problem } from '../../contracts/problem.ts';
import type { JsonPatch, ReplayPage, ReplayPlan, ReplayPreview } from '../../contracts/replay.ts';
import type { BatchResult } from '../../contracts/submit.ts';
import type { Timeline } from '../../contracts/task-event.ts';
import type { Task, TaskPage } from '../../contracts/task.ts';
import { fetchRequest, TaskApi } from '../../client/index.ts';
import { type Answer, Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(400_000);

let operator: Api;
let ada: Api;
let bob: Api;
let serviceBus: ServiceBusClient;
let redis: Redis;
// Before useStack, as hooks run in their order: the clients go first, then their servers.
afterAll(async () => {
  await serviceBus.close();
  redis.disconnect();
});
const stack = useStack();

beforeAll(async () => {
  operator = new Api(stack().baseUrl);
  [ada, bob] = [await operator.as('ada'), await operator.as('bob')];
  serviceBus = new ServiceBusClient(stack().serviceBusConnection);
  redis = new Redis(stack().redisUrl);
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A task that has failed for good and lies among the dead letters. */
async function deadLetter(api: Api, payload: object, more: object = {}): Promise<Task> {
  const { id } = await api.submit('echo', payload, more);
  const task = await api.ended(id);
  expect(task).toMatchObject({ state: 'dead-lettered' });
  return task;
}

async function planWhen(api: Api, id: string, isSo: (plan: ReplayPlan) => boolean): Promise<ReplayPlan> {
  for (;;) {
    const answer = await api.call<ReplayPlan>(`/api/replays/${id}`).catch(() => undefined);
    if (answer?.status === 200 && isSo(answer.body)) return answer.body;
    await pause(100);
  }
}
const isOver = ({ state, outstanding }: ReplayPlan) =>
  state === 'completed' || (state === 'stopped' && outstanding === 0);

/** IDs of tasks whose messages lie in the dead-letter queues. */
async function evidence(queue = 'tasks'): Promise<string[]> {
  const receiver = serviceBus.createReceiver(queue, { subQueueType: 'deadLetter' });
  try {
    const ids: string[] = [];
    for (let from = Long.ONE; ;) {
      const messages = await receiver.peekMessages(250, { fromSequenceNumber: from });
      if (messages.length === 0) return ids;
      ids.push(...messages.map(({ body }) => String(body)));
      from = messages.at(-1)!.sequenceNumber!.add(1);
    }
  } finally {
    await receiver.close();
  }
}

async function untilEvidence(isSo: (ids: string[]) => boolean, queue?: string): Promise<void> {
  while (!isSo(await evidence(queue))) await pause(200);
}

it('lists dead letters in groups, to their owner and to operators', async () => {
  const first = await deadLetter(ada, { message: 1, failures: 50 }, { maxAttempts: 1, tags: ['invoices'] });
  const second = await deadLetter(ada, { message: 2, failures: 30 }, { maxAttempts: 1 });
  const third = await deadLetter(bob, { message: 3, permanent: true });
  const { body: adas } = await ada.call<DeadLetterPage>('/api/dead-letters');
  expect(adas.tasks.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(adas).toMatchObject({ total: 2, groups: [{ type: 'echo', code: 'handler-failed', count: 2 }] });
  const { body: all } = await operator.call<DeadLetterPage>('/api/dead-letters');
  expect(all.groups.map(({ code, count }) => [code, count])).toEqual([
    ['handler-failed', 2],
    ['echo-permanent', 1],
  ]);
  const { body: found } = await operator.call<DeadLetterPage>('/api/dead-letters?q=INVOICES&code=handler-failed');
  expect(found.tasks.map(({ id }) => id)).toEqual([first.id]);
  const since = new Date(Date.parse(third.finishedAt!)).toISOString();
  const { body: late } = await operator.call<DeadLetterPage>(`/api/dead-letters?from=${since}`);
  expect(late.tasks.map(({ id }) => id)).toEqual([third.id]);
  expect(await ada.call<Problem>('/api/dead-letters?from=yesterday&limit=0')).toMatchObject({
    status: 400, body: { errors: [{ pointer: 'from' }, { pointer: 'limit' }] },
  }); // prettier-ignore
});

it('shows what every attempt failed with, and where to operators', async () => {
  const { id } = await deadLetter(ada, { message: 1, failures: 50 }, { maxAttempts: 3, retry: { firstDelayMs: 1 } });
  const errorsFor = async (api: Api) => (await api.call<Timeline>(`/api/tasks/${id}/timeline`)).body.errors;
  expect(await errorsFor(operator)).toEqual(
    [1, 2, 3].map((attempt) => ({
      attempt,
      at: expect.any(String),
      code: 'handler-failed',
      message: `This echo was asked to fail 50 times; this was attempt ${attempt}.`,
      stack: expect.stringMatching(/^Error: This echo.*\n {4}at /),
    })),
  );
  for (const error of await errorsFor(ada)) expect(error).not.toHaveProperty('stack');
});

describe('a request', () => {
  it.each([
    ['nothing', {}, ''],
    ['both ids and filter', { ids: ['01900000-0000-7000-8000-00000000000a'], filter: {} }, '/filter'],
    ['an ID that is none', { ids: ['x'] }, '/ids/0'],
    ['no ID', { ids: [] }, '/ids'],
    ['an unknown field in the filter', { filter: { state: 'queued' } }, '/filter/state'],
    ['a time that is none', { filter: { from: 'today' } }, '/filter/from'],
    ['a canary of nothing', { filter: {}, canary: 0 }, '/canary'],
    ['a rate of nothing', { filter: {}, ratePerSecond: 0 }, '/ratePerSecond'],
    ['a failure rate in percent', { filter: {}, stopAtFailureRate: 10 }, '/stopAtFailureRate'],
    ['a misspelt option', { filter: {}, dryrun: true }, '/dryrun'],
    ['a patch with an unknown operation', { filter: {}, patch: [{ op: 'set', path: '/a' }] }, '/patch/0/op'],
    ['a patch with a path that is none', { filter: {}, patch: [{ op: 'remove', path: 'a' }] }, '/patch/0/path'],
    ['a patch without a value', { filter: {}, patch: [{ op: 'add', path: '/a' }] }, '/patch/0/value'],
  ])('to replay with %s is refused, with a pointer to the fault', async (_what, body, pointer) => {
    const answer = await ada.post('/api/dead-letters/replay', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(answer.body.errors!.map((fault) => fault.pointer)).toContain(pointer);
  });

  it('to discard needs a reason', async () => {
    const answer = await ada.post('/api/dead-letters/discard', { filter: {}, reason: ' ' });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/reason' }] } });
  });
});

describe('a dry run', () => {
  it('tells what would happen, with each refusal, and changes nothing', async () => {
    const good = await deadLetter(bob, { message: 'good', permanent: true });
    const bad = await deadLetter(bob, { message: 'bad', failures: 5 }, { maxAttempts: 1 });
    const before = await redis.dbsize();
    const { status, body } = await bob.post<ReplayPreview>('/api/dead-letters/replay', {
      ids: [good.id, bad.id, '01900000-0000-7000-8000-00000000000a'],
      dryRun: true,
      patch: [{ op: 'remove', path: '/permanent' }],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dryRun: true, matched: 3, replayable: 1, skipped: 2, skippedReasons: { 'not-found': 1, 'patch-failed': 1 },
      refusals: [{ reason: 'not-found' }, { id: bad.id, reason: 'patch-failed', detail: expect.stringContaining('/permanent') }],
      samples: [{ id: good.id, before: { message: 'good', permanent: true }, after: { message: 'good' } }, { id: bad.id }],
    }); // prettier-ignore
    expect(body.groups).toHaveLength(2);
    expect(await redis.dbsize()).toBe(before);
    expect(await bob.task(good.id)).toMatchObject({ state: 'dead-lettered' });
  });
});

describe('a replay', () => {
  it('edits payloads on the way, keeps the original, and shows who did what', async () => {
    const { id } = await deadLetter(bob, { message: 'edit me', permanent: true });
    const patch = [{ op: 'remove', path: '/permanent' }, { op: 'replace', path: '/message', value: 'edited' }]; // prettier-ignore
    const { status, headers, body } = await bob.post<ReplayPlan>('/api/dead-letters/replay', { ids: [id], patch });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/replays/${body.id}`);
    expect(body).toMatchObject({ state: 'running', matched: 1, remaining: 1 });
    expect(await planWhen(bob, body.id, isOver)).toMatchObject({ state: 'completed', replayed: 1, completed: 1 });
    expect(await bob.task(id)).toMatchObject({
      state: 'completed', result: { message: 'edited' }, replays: 1, edited: { by: 'bob', patch },
    }); // prettier-ignore
    expect((await bob.call(`/api/tasks/${id}/payload`)).body).toEqual({ message: 'edited' });
    expect((await bob.call(`/api/tasks/${id}/payload?version=original`)).body).toEqual({
      message: 'edit me',
      permanent: true,
    });
    expect((await bob.call<Timeline>(`/api/tasks/${id}/timeline`)).body.edits).toMatchObject([{ by: 'bob', patch }]);
    expect((await ada.call(`/api/replays/${body.id}`)).status).toBe(404);
    expect((await operator.call<ReplayPage>('/api/replays')).body.replays[0]).toMatchObject({ id: body.id });
    expect((await ada.call<ReplayPage>('/api/replays')).body.replays).toEqual([]);
  });

  it('of one task takes a patch as well, and says what is wrong with it', async () => {
    const { id } = await deadLetter(bob, { message: 1, permanent: true });
    const replay = (patch: unknown) => bob.post<Task & Problem>(`/api/tasks/${id}/replay`, { patch });
    expect(await replay([{ op: 'remove', path: '/nothing' }])).toMatchObject({
      status: 400, body: { errors: [{ pointer: '/patch', detail: expect.stringContaining('/nothing') }] },
    }); // prettier-ignore
    expect(await replay([{ op: 'replace', path: '/permanent', value: 'no' }])).toMatchObject({ status: 400 });
    expect(await bob.task(id)).toMatchObject({ state: 'dead-lettered' });
    expect(await replay([{ op: 'remove', path: '/permanent' }])).toMatchObject({ status: 200, body: { state: 'queued' } });
    expect(await bob.ended(id)).toMatchObject({ state: 'completed', edited: { by: 'bob' } });
    expect((await ada.post(`/api/tasks/${id}/replay`, '')).status).toBe(404);
  }); // prettier-ignore

  it('leaves other owners’ tasks alone, and says so', async () => {
    const { id } = await deadLetter(bob, { message: 1, permanent: true });
    const { body } = await ada.post<ReplayPlan>('/api/dead-letters/replay', { ids: [id] });
    expect(body).toMatchObject({ state: 'completed', matched: 1, skipped: 1, refusals: [{ id, reason: 'not-found' }] });
    expect(await bob.task(id)).toMatchObject({ state: 'dead-lettered' });
  });

  it('stops at its failure rate, and its tasks are dead letters again', async () => {
    for (let n = 0; n < 4; n += 1) await deadLetter(ada, { message: 'hopeless', permanent: true });
    const { body } = await ada.post<ReplayPlan>('/api/dead-letters/replay', {
      filter: { code: 'echo-permanent' },
      canary: 2,
    });
    const plan = await planWhen(ada, body.id, isOver);
    expect(plan).toMatchObject({ state: 'stopped', matched: 4, replayed: 2, failed: 2, remaining: 2 });
    expect(plan.reason).toContain('of the canary of 2 failed again');
    expect(await ada.post(`/api/replays/${body.id}/resume`, '')).toMatchObject({ status: 409 });
    const { body: page } = await ada.call<DeadLetterPage>('/api/dead-letters?code=echo-permanent');
    expect(page.total).toBe(4);
  });

  it('is paused, goes on, and is stopped', async () => {
    const { body } = await ada.post<ReplayPlan>('/api/dead-letters/replay', {
      filter: { code: 'echo-permanent' },
      ratePerSecond: 0.5,
    });
    expect(await ada.post(`/api/replays/${body.id}/pause`, '')).toMatchObject({ status: 200, body: { state: 'paused' } });
    // What the driver has in hand at this moment still goes.
    await pause(2_000);
    const { replayed } = await planWhen(ada, body.id, ({ outstanding }) => outstanding === 0);
    await pause(2_500);
    expect((await ada.call(`/api/replays/${body.id}`)).body).toMatchObject({ state: 'paused', replayed });
    expect((await bob.post(`/api/replays/${body.id}/resume`, '')).status).toBe(404);
    expect(await ada.post(`/api/replays/${body.id}/resume`, '')).toMatchObject({ body: { state: 'running' } });
    await planWhen(ada, body.id, (plan) => plan.replayed > replayed);
    expect(await ada.post(`/api/replays/${body.id}/stop`, '')).toMatchObject({ body: { state: 'stopped', reason: 'Stopped by ada.' } });
    expect(await planWhen(ada, body.id, isOver)).toMatchObject({ state: 'stopped' });
    expect((await ada.post(`/api/replays/${body.id}/explode`, '')).status).toBe(404);
  }); // prettier-ignore
});

it('is all within reach of the client', async () => {
  const client = new TaskApi(fetchRequest(stack().baseUrl));
  const { id } = await deadLetter(operator, { message: 'client', permanent: true }, { tags: ['by-client'] });
  const filter = { q: 'by-client' };
  expect(await client.listDeadLetters({ ...filter, limit: 1 })).toMatchObject({ total: 1, tasks: [{ id }] });
  const patch: JsonPatch = [{ op: 'remove', path: '/permanent' }];
  expect(await client.previewReplay({ filter, patch })).toMatchObject({ replayable: 1 });
  const plan = await client.replayDeadLetters({ filter, patch, ratePerSecond: 0.5 });
  expect(await client.controlReplay(plan.id, 'stop')).toMatchObject({ state: 'stopped' });
  expect(await client.getReplay(plan.id)).toMatchObject({ matched: 1 });
  expect((await client.listReplays({ limit: 1 })).replays).toMatchObject([{ id: plan.id }]);
  await planWhen(operator, plan.id, isOver);
  if ((await client.getTask(id)).state === 'dead-lettered') await client.replay(id, patch);
  expect(await operator.ended(id)).toMatchObject({ state: 'completed' });
  expect(await client.getOriginalPayload(id)).toMatchObject({ permanent: true });
  expect(await client.discardDeadLetters({ filter, reason: 'none is left' })).toMatchObject({ discarded: 0 });
});

describe('discarding', () => {
  it('takes dead letters off the list and out of the broker, with the reason, and can be undone', async () => {
    const reason = 'The customer has gone';
    const kept = await deadLetter(bob, { message: 'kept', failures: 1 }, { maxAttempts: 1, tags: ['discard'] });
    const gone = await deadLetter(bob, { message: 'gone', permanent: true }, { tags: ['discard'] });
    await untilEvidence((ids) => ids.includes(kept.id) && ids.includes(gone.id));
    const { status, body } = await bob.post<Discarded>('/api/dead-letters/discard', {
      filter: { q: 'discard' },
      reason,
    });
    expect({ status, body }).toEqual({ status: 200, body: { discarded: 2, refused: 0, refusals: [] } });
    const { body: page } = await bob.call<DeadLetterPage>('/api/dead-letters?q=discard');
    expect(page).toMatchObject({ total: 0, tasks: [], groups: [] });
    expect(await bob.task(gone.id)).toMatchObject({
      state: 'dead-lettered', discarded: { reason, by: 'bob', at: expect.any(String) },
    }); // prettier-ignore
    await untilEvidence((ids) => !ids.includes(kept.id) && !ids.includes(gone.id));
    expect(await bob.post(`/api/tasks/${kept.id}/replay`, '')).toMatchObject({ status: 200 });
    const undone = await bob.ended(kept.id);
    expect(undone).toMatchObject({ state: 'completed' });
    expect(undone).not.toHaveProperty('discarded');
  });

  it('says why it leaves some as they are', async () => {
    const running = await bob.submit('echo', { message: 1, delayMs: 1_000 });
    const { body } = await bob.post<Discarded>('/api/dead-letters/discard', { ids: [running.id], reason: 'x' });
    expect(body).toMatchObject({ discarded: 0, refused: 1, refusals: [{ id: running.id, reason: 'not-dead-lettered' }] });
    await bob.ended(running.id);
  }); // prettier-ignore

  it('lets the successors of a held ordering key pass', async () => {
    const order = { orderingKey: 'invoice-7', ifDeadLettered: 'hold' };
    const first = await deadLetter(bob, { message: 1, permanent: true }, order);
    const second = await bob.submit('echo', { message: 2 }, order);
    expect(await bob.until(second.id, ({ waitingFor }) => waitingFor !== undefined)).toMatchObject({
      state: 'queued', waitingFor: 'ordering-key',
    }); // prettier-ignore
    await bob.post('/api/dead-letters/discard', { ids: [first.id], reason: 'Sent by post' });
    expect(await bob.ended(second.id)).toMatchObject({ state: 'completed' });
  });

  it('replays tasks with one ordering key in the order of their creation', async () => {
    const order = { orderingKey: 'invoice-8', maxAttempts: 1, tags: ['in-order'] };
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await deadLetter(bob, { message: n, failures: 1 }, order)).id);
    const { body } = await bob.post<ReplayPlan>('/api/dead-letters/replay', { ids: [...ids].reverse() });
    expect(await planWhen(bob, body.id, isOver)).toMatchObject({ state: 'completed', completed: 5 });
    const started = await Promise.all(ids.map(async (id) => (await bob.timeline(id)).findLast(({ kind }) => kind === 'started')!));
    const ended = await Promise.all(ids.map(async (id) => (await bob.timeline(id)).at(-1)!));
    for (let n = 1; n < ids.length; n += 1) expect(started[n]!.at >= ended[n - 1]!.at).toBe(true);
  }); // prettier-ignore
});

it('replays 2,000 dead letters once each, though the host is killed in the middle', async () => {
  const cem = await operator.as('cem');
  const count = 2_000;
  const tasks = Array.from({ length: count / 2 }, (_, n) => ({ type: 'echo', payload: { message: n, failures: 1 }, maxAttempts: 1 })); // prettier-ignore
  for (let batch = 0; batch < 2; batch += 1) {
    const { body } = await cem.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
    expect(body.results.filter(({ status }) => status !== 202)).toEqual([]);
  }
  const total = async () => (await cem.call<DeadLetterPage>('/api/dead-letters?limit=1')).body.total;
  while ((await total()) < count) await pause(500);

  const { body: plan } = await cem.post<ReplayPlan>('/api/dead-letters/replay', {
    filter: { type: 'echo', code: 'handler-failed' },
    canary: 10,
    ratePerSecond: 200,
    stopAtFailureRate: 0.1,
  });
  expect(plan).toMatchObject({ state: 'running', matched: count });
  for (const share of [0.2, 0.6]) {
    await planWhen(cem, plan.id, ({ replayed }) => replayed > count * share);
    await stack().kill('host');
    await stack().untilRestarted('host');
  }
  expect(await planWhen(cem, plan.id, isOver)).toMatchObject({
    state: 'completed', matched: count, replayed: count, completed: count, failed: 0, skipped: 0, remaining: 0,
  }); // prettier-ignore
  const all: Task[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const query: string = `/api/tasks?limit=500${cursor && `&cursor=${cursor}`}`;
    const { body: page }: Answer<TaskPage> = await cem.call<TaskPage>(query);
    all.push(...page.tasks);
    cursor = page.cursor;
  }
  expect(all).toHaveLength(count);
  expect(all.filter(({ state, replays }) => state !== 'completed' || replays !== 1)).toEqual([]);
  const events = (await cem.events()).filter(({ kind }) => kind === 'replayed' || kind === 'completed');
  expect(new Set(events.map(({ kind, taskId }) => `${kind} ${taskId}`)).size).toBe(events.length);
  expect(events).toHaveLength(2 * count);
  const ids = new Set(all.map(({ id }) => id));
  await untilEvidence((left) => !left.some((id) => ids.has(id)));
});
