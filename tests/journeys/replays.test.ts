import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { fetchRequest, TaskApi } from '../../client/index.ts';
import type { DeadLetterPage } from '../../contracts/dead-letters.ts';
import type { Problem } from '../../contracts/problem.ts';
import type { JsonPatch, ReplayPage, ReplayPlan, ReplayPreview } from '../../contracts/replay.ts';
import type { BatchResult } from '../../contracts/submit.ts';
import type { Timeline } from '../../contracts/task-event.ts';
import type { Task, TaskPage } from '../../contracts/task.ts';
import { type Answer, Api } from '../support/api.ts';
import { deadLetter, isOver, planWhen, untilEvidence } from '../support/dead-letter-api.ts';
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

describe('a dry run', () => {
  it('tells what would happen, with each refusal, and changes nothing', async () => {
    const good = await deadLetter(bob, { message: 'good', permanent: true });
    const bad = await deadLetter(bob, { message: 'bad', failures: 5 }, { maxAttempts: 1 });
    // Other keys come and go while the two are counted and told to history.
    const ofReplays = ['*replay*', '*obsolete*', `*${good.id}`, `*${bad.id}`];
    const kept = async () => (await Promise.all(ofReplays.map((pattern) => redis.keys(pattern)))).flat().sort();
    const before = await kept();
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
    expect(await kept()).toEqual(before);
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
    await delay(2_000);
    const { replayed } = await planWhen(ada, body.id, ({ outstanding }) => outstanding === 0);
    await delay(2_500);
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
  const make = () => deadLetter(operator, { message: 'client', permanent: true }, { tags: ['by-client'] });
  const [{ id: first }, { id }] = [await make(), await make()];
  const filter = { q: 'by-client' };
  expect(await client.listDeadLetters({ ...filter, limit: 1 })).toMatchObject({ total: 2, tasks: [{ id }] });
  const patch: JsonPatch = [{ op: 'remove', path: '/permanent' }];
  expect(await client.previewReplay({ filter, patch })).toMatchObject({ replayable: 2 });
  // The second one's turn is far away, so that there is something to stop.
  const plan = await client.replayDeadLetters({ filter, patch, ratePerSecond: 0.01 });
  expect(await client.controlReplay(plan.id, 'stop')).toMatchObject({ state: 'stopped' });
  expect(await client.getReplay(plan.id)).toMatchObject({ matched: 2 });
  expect((await client.listReplays({ limit: 1 })).replays).toMatchObject([{ id: plan.id }]);
  await planWhen(operator, plan.id, isOver);
  for (const one of [first, id]) {
    if ((await client.getTask(one)).state === 'dead-lettered') await client.replay(one, patch);
    expect(await operator.ended(one)).toMatchObject({ state: 'completed' });
  }
  expect(await client.getOriginalPayload(id)).toMatchObject({ permanent: true });
  expect(await client.discardDeadLetters({ filter, reason: 'none is left' })).toMatchObject({ discarded: 0 });
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
  while ((await total()) < count) await delay(500);

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
  await untilEvidence(serviceBus, (left) => !left.some((id) => ids.has(id)));
});
