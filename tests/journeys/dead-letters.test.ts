import { ServiceBusClient } from '@azure/service-bus';
import type { DeadLetterPage, Discarded } from '../../contracts/dead-letters.ts';
import type { Problem } from '../../contracts/problem.ts';
import type { ReplayPlan } from '../../contracts/replay.ts';
import type { Timeline } from '../../contracts/task-event.ts';
import { Api } from '../support/api.ts';
import { deadLetter, isOver, planWhen, untilEvidence } from '../support/dead-letter-api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(400_000);

let operator: Api;
let ada: Api;
let bob: Api;
let serviceBus: ServiceBusClient;
// Before useStack, as hooks run in their order: the client goes first, then its server.
afterAll(() => serviceBus.close());
const stack = useStack();

beforeAll(async () => {
  operator = new Api(stack().baseUrl);
  [ada, bob] = [await operator.as('ada'), await operator.as('bob')];
  serviceBus = new ServiceBusClient(stack().serviceBusConnection);
});

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

describe('discarding', () => {
  it('takes dead letters off the list and out of the broker, with the reason, and can be undone', async () => {
    const reason = 'The customer has gone';
    const kept = await deadLetter(bob, { message: 'kept', failures: 1 }, { maxAttempts: 1, tags: ['discard'] });
    const gone = await deadLetter(bob, { message: 'gone', permanent: true }, { tags: ['discard'] });
    await untilEvidence(serviceBus, (ids) => ids.includes(kept.id) && ids.includes(gone.id));
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
    await untilEvidence(serviceBus, (ids) => !ids.includes(kept.id) && !ids.includes(gone.id));
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
