import { ServiceBusClient } from '@azure/service-bus';
import type { BatchResult } from '../../contracts/submit.ts';
import type { Task } from '../../contracts/task.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(120_000);

let api: Api;
let serviceBus: ServiceBusClient;
// Before useStack, as hooks run in their order: the client goes first, then its server.
afterAll(() => serviceBus.close());
const stack = useStack({ settings: { RetryFirstDelayMs: '50' } });
beforeAll(() => {
  api = new Api(stack().baseUrl);
  serviceBus = new ServiceBusClient(stack().serviceBusConnection);
});

/** Submits all in one request, each of type echo. */
async function batch(as: Api, tasks: readonly object[]): Promise<string[]> {
  const { body } = await as.post<{ results: BatchResult[] }>('/api/tasks/batch', {
    tasks: tasks.map(({ payload = { message: 1 }, ...more }: { payload?: object }) => ({
      type: 'echo',
      payload,
      ...more,
    })),
  });
  return body.results.map(({ task, error }) => task?.id ?? fail(error));
}

const fail = (error: unknown): never => {
  throw new Error(JSON.stringify(error));
};

const endedAll = (as: Api, ids: readonly string[]) => Promise.all(ids.map((id) => as.ended(id)));
const many = (count: number, make: (n: number) => object) => Array.from({ length: count }, (_, n) => make(n));

/** Tasks in the order in which they first ran. */
const byStart = (tasks: readonly Task[]) =>
  [...tasks].sort((a, b) => Date.parse(a.startedAt!) - Date.parse(b.startedAt!)).map(({ id }) => id);

/** No task of a key runs before the one ahead of it has ended. */
function expectInOrder(tasks: readonly Task[]): void {
  for (const [n, task] of tasks.entries()) {
    if (n === 0) continue;
    expect(Date.parse(task.startedAt!)).toBeGreaterThanOrEqual(Date.parse(tasks[n - 1]!.finishedAt!));
  }
}

describe('tasks with an ordering key', () => {
  it('run in the order in which they were submitted, also across failures, while other keys run beside them', async () => {
    const keys = ['red', 'green', 'blue'];
    const ids = await batch(
      api,
      many(45, (n) => ({
        orderingKey: keys[n % 3],
        payload: { message: n, delayMs: 5, failures: n % 5 === 0 ? 2 : 0, permanent: n === 13 },
      })),
    );
    const tasks = await endedAll(api, ids);
    for (const key of keys) expectInOrder(tasks.filter(({ orderingKey }) => orderingKey === key));
    expect(tasks.map(({ state }) => state).filter((state) => state !== 'completed')).toEqual(['dead-lettered']);
    const [red, green] = [tasks[0]!, tasks[1]!];
    expect(Date.parse(green.startedAt!)).toBeLessThan(Date.parse(red.finishedAt!) + 1_000);
  });

  it('wait behind a dead letter where they were submitted so, and go on when it is replayed or cancelled', async () => {
    const held = { orderingKey: 'held', ifDeadLettered: 'hold', maxAttempts: 1 };
    const first = await api.submit('echo', { message: 1, failures: 1 }, held);
    const second = await api.submit('echo', { message: 2 }, held);
    await api.until(first.id, ({ state }) => state === 'dead-lettered');
    const waiting = await api.until(second.id, ({ waitingFor }) => waitingFor !== undefined);
    expect(waiting).toMatchObject({ state: 'queued', waitingFor: 'ordering-key', attempt: 0 });
    await api.post(`/api/tasks/${first.id}/replay`, {});
    expectInOrder(await endedAll(api, [first.id, second.id]));
  });

  it('stay in order when their messages are delivered out of order and twice', async () => {
    const ids = await batch(
      api,
      many(10, (n) => ({ orderingKey: 'shuffled', payload: { message: n, delayMs: 50 } })),
    );
    const sender = serviceBus.createSender('tasks-ordered');
    for (const id of ids.toReversed()) {
      const applicationProperties = { attempt: 1, taskType: 'echo', owner: 'local-user' };
      await sender.sendMessages({ body: id, messageId: `stray-${id}`, sessionId: 'another', applicationProperties });
    }
    await sender.close();
    const tasks = await endedAll(api, ids);
    expectInOrder(tasks);
    expect(tasks.map(({ attempt }) => attempt)).toEqual(ids.map(() => 1));
  });
});

describe('a flood', () => {
  it('of low priority does not delay high priority', async () => {
    const low = await batch(
      api,
      many(500, () => ({ priority: 'low', payload: { message: 'low', delayMs: 5_000 } })),
    );
    const high = await api.ended((await api.submit('echo', { message: 'high' }, { priority: 'high' })).id);
    expect(high.state).toBe('completed');
    const states = (await Promise.all(low.map((id) => api.task(id)))).map(({ state }) => state);
    expect(states.filter((state) => state === 'queued').length).toBeGreaterThan(100);
    await Promise.all(low.map((id) => api.post(`/api/tasks/${id}/cancel`, {})));
    expect((await endedAll(api, low)).every(({ state }) => state === 'cancelled' || state === 'completed')).toBe(true);
  });

  it('of one owner does not starve another', async () => {
    const [ada, bob] = [await api.as('ada'), await api.as('bob')];
    const flood = await batch(
      ada,
      many(900, () => ({ payload: { message: 'flood', delayMs: 1_000 } })),
    );
    const one = await bob.ended((await bob.submit('echo', { message: 'trickle' })).id);
    expect(one.state).toBe('completed');
    const last = await Promise.all(flood.slice(-150).map((id) => ada.task(id)));
    expect(last.filter(({ state }) => state === 'queued').length).toBeGreaterThan(100);
    expect((await endedAll(ada, flood)).every(({ state }) => state === 'completed')).toBe(true);
  });
});

describe('a concurrency key', () => {
  it('lets one task run at a time, of this owner', async () => {
    const ids = await batch(
      api,
      many(8, (n) => ({ concurrencyKey: 'printer', payload: { message: n, delayMs: 20, failures: n === 2 ? 1 : 0 } })),
    );
    const tasks = await endedAll(api, ids);
    const retried = tasks[2]!;
    const others = tasks.filter((task) => task !== retried);
    const inTurn = byStart(others).map((id) => others.find((task) => task.id === id)!);
    expectInOrder(inTurn);
    expect(retried).toMatchObject({ state: 'completed', attempt: 2 });
  });
});
