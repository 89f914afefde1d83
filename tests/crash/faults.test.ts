import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import type { Problem } from '../../contracts/problem.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(180_000);

/** Locks of 5 s, the shortest there are, so that a dead worker's message soon comes back; two deliveries at most. */
const quick = structuredClone(entities);
Object.assign(quick.UserConfig.Namespaces[0]!.Queues[0]!.Properties, { LockDuration: 'PT5S', MaxDeliveryCount: 2 });

const stack = useStack({ entities: quick, settings: { LeaseSeconds: '4' } });
let api: Api;
beforeAll(() => void (api = new Api(stack().baseUrl)));

const echo = { type: 'echo', payload: { message: 'still here' } };

/** Stops a process without ending it, as a machine does that no longer answers. */
async function whileFrozen(piece: 'redis' | 'services', work: () => Promise<void>): Promise<void> {
  const pid = stack().pids()[piece]!;
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

async function untilHealthy(): Promise<void> {
  for (;;) {
    const healthy = await api.call('/api/health').then(({ status }) => status === 200, () => false); // prettier-ignore
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it('finishes a task whose worker is killed in the middle', async () => {
  const { id } = await api.submit('echo', { message: 'still here', delayMs: 3_000 });
  await api.until(id, ({ state }) => state === 'running');
  await stack().kill('host');
  await stack().untilRestarted('host');
  expect(await api.ended(id)).toMatchObject({ state: 'completed', result: { message: 'still here' } });
});

it('finishes a task while Redis is killed under it', async () => {
  const { id } = await api.submit('echo', { message: 'still here', delayMs: 2_000 });
  await api.until(id, ({ state }) => state === 'running');
  await stack().kill('redis');
  await stack().untilRestarted('redis');
  await untilHealthy();
  expect(await api.ended(id)).toMatchObject({ state: 'completed', attempt: 1 });
});

it('finishes a task while the broker is killed under it, once', async () => {
  const { id } = await api.submit('echo', { message: 'still here', delayMs: 2_000 });
  await api.until(id, ({ state }) => state === 'running');
  await stack().kill('services');
  await stack().untilRestarted('services');
  expect(await api.ended(id)).toMatchObject({ state: 'completed' });
  await untilHealthy();
  const completions = (await api.events()).filter(({ taskId, kind }) => taskId === id && kind === 'completed');
  expect(completions).toHaveLength(1);
});

it('refuses work while Redis does not answer, and nothing of it appears later', async () => {
  await untilHealthy();
  const before = (await api.list('?limit=500')).length;
  await whileFrozen('redis', async () => {
    const refused = await api.post<Problem>('/api/tasks', echo);
    expect(refused).toMatchObject({ status: 503, body: { code: 'dependency-unavailable' } });
    expect(refused.headers.get('retry-after')).toBeDefined();
    expect(await api.call('/api/health')).toMatchObject({ status: 503 });
  });
  await untilHealthy();
  const { id } = await api.submit('echo', { message: 'after' });
  await api.ended(id);
  const redis = new Redis(stack().redisUrl);
  const outboxes = await Promise.all((await redis.keys('*:outbox')).map((key) => redis.zcard(key)));
  redis.disconnect();
  expect(outboxes.filter((size) => size > 0)).toEqual([]);
  expect(await api.list('?limit=500')).toHaveLength(before + 1);
});

it('refuses work while the broker does not answer, and nothing of it runs later', async () => {
  await untilHealthy();
  const before = (await api.list('?limit=500')).length;
  await whileFrozen('services', async () => {
    expect(await api.post<Problem>('/api/tasks', echo)).toMatchObject({
      status: 503,
      body: { code: 'dependency-unavailable' },
    });
  });
  await untilHealthy();
  const { id } = await api.submit('echo', { message: 'after' });
  await api.ended(id);
  expect(await api.list('?limit=500')).toHaveLength(before + 1);
});

it('calls a task that kills its process each time a dead letter', async () => {
  await untilHealthy();
  const { id } = await api.submit('echo', { message: 'poison', delayMs: 60_000 });
  for (let delivery = 1; delivery <= 2; delivery += 1) {
    const starts = (events: { kind: string }[]) => events.filter(({ kind }) => kind === 'started').length;
    while (starts(await api.timeline(id)) < delivery) await new Promise((resolve) => setTimeout(resolve, 100));
    await stack().kill('host');
    await stack().untilRestarted('host');
  }
  expect(await api.ended(id)).toMatchObject({ state: 'dead-lettered', error: { code: 'delivery-limit' } });
  const client = new ServiceBusClient(stack().serviceBusConnection);
  const receiver = client.createReceiver('tasks', { subQueueType: 'deadLetter' });
  expect((await receiver.peekMessages(10)).map(({ body }) => body as string)).toContain(id);
  await client.close();
});

it('finds yesterday’s tasks after a restart of everything, and goes on with those under way', async () => {
  const done = await api.submit('echo', { message: 'yesterday' });
  await api.ended(done.id);
  const later = await api.submit(
    'echo',
    { message: 'today' },
    { scheduledFor: new Date(Date.now() + 4_000).toISOString() },
  );
  const underWay = await api.submit('echo', { message: 'under way', delayMs: 30_000 }, { maxAttempts: 1 });
  await api.until(underWay.id, ({ state }) => state === 'running');
  await api.post(`/api/tasks/${underWay.id}/cancel`, '');
  await stack().restart();
  expect(await api.task(done.id)).toMatchObject({ state: 'completed', result: { message: 'yesterday' } });
  expect(await api.ended(later.id)).toMatchObject({ state: 'completed', result: { message: 'today' } });
});
