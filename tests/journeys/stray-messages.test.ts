import { ServiceBusClient, type ServiceBusMessage, type ServiceBusReceivedMessage } from '@azure/service-bus';
import Long from 'long';
import { lanes } from '../../functions/tasks/lanes.ts';
import { createTaskId } from '../../functions/tasks/task-id.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(180_000);

let api: Api;
let serviceBus: ServiceBusClient;
// Before useStack, as hooks run in their order: the client goes first, then its server.
afterAll(() => serviceBus.close());
const stack = useStack();
beforeAll(() => {
  api = new Api(stack().baseUrl);
  serviceBus = new ServiceBusClient(stack().serviceBusConnection);
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
let copies = 0;

async function send(queue: string, messages: readonly ServiceBusMessage[]): Promise<void> {
  const sender = serviceBus.createSender(queue);
  const sessionId = lanes.find((lane) => lane.queue === queue)!.kind === 'ordered' ? { sessionId: 'stray' } : {};
  await sender.sendMessages(messages.map((message) => ({ ...sessionId, messageId: `stray-${(copies += 1)}`, ...message })));
  await sender.close();
} // prettier-ignore

/** Messages as nobody of us sends them: for each attempt there could be and some that there cannot, through every lane. */
async function sendStrays(id: string): Promise<void> {
  const attempts = [1, 2, 3, 99, 0, -1, 1.5, 'two', null, undefined];
  const messages = attempts.map((attempt) => ({ body: id, applicationProperties: { attempt: attempt as number, taskType: 'echo' } }));
  for (const { queue } of lanes) await send(queue, [...messages, { body: `"${id}"` }, { body: id, messageId: `${id}:1.9` }]);
} // prettier-ignore

async function peek(queue: string, subQueueType?: 'deadLetter'): Promise<ServiceBusReceivedMessage[]> {
  const receiver = serviceBus.createReceiver(queue, subQueueType ? { subQueueType } : {});
  const messages = await receiver.peekMessages(1_000, { fromSequenceNumber: Long.ONE });
  await receiver.close();
  return messages;
}

/** Every lane has dealt with what was in it, but for what is not due. */
async function untilQuiet(): Promise<void> {
  for (;;) {
    const messages = (await Promise.all(lanes.map(({ queue }) => peek(queue)))).flat();
    if (messages.every(({ state }) => state === 'scheduled')) return;
    await pause(100);
  }
}

const kindsOf = async (id: string) => (await api.timeline(id)).map(({ kind }) => kind);
const evidence = async () => (await Promise.all(lanes.map(({ queue }) => peek(queue, 'deadLetter')))).flat();
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

it('changes nothing of tasks that have ended, or are not due', async () => {
  const completed = (await api.submit('echo', { message: 1 })).id;
  const cancelled = (await api.submit('echo', { message: 1 }, { scheduledFor: inAnHour() })).id;
  const scheduled = (await api.submit('echo', { message: 1 }, { scheduledFor: inAnHour() })).id;
  const dead = (await api.submit('echo', { message: 1, failures: 1 }, { maxAttempts: 1 })).id;
  await api.post(`/api/tasks/${cancelled}/cancel`, '');
  for (const id of [completed, dead]) await api.ended(id);
  const ids = [completed, cancelled, scheduled, dead];
  const before = await Promise.all(ids.map(kindsOf));
  for (const id of ids) await sendStrays(id);
  await untilQuiet();
  expect(await Promise.all(ids.map(kindsOf))).toEqual(before);
  const states = await Promise.all(ids.map(async (id) => (await api.task(id)).state));
  expect(states).toEqual(['completed', 'cancelled', 'scheduled', 'dead-lettered']);

  // A dead letter can still be replayed, and all that stood for it in the broker goes.
  await api.post(`/api/tasks/${dead}/replay`, '');
  expect(await api.ended(dead)).toMatchObject({ state: 'completed', attempt: 2 });
  while ((await evidence()).some(({ body }) => ids.includes(String(body)))) await pause(500);
  await api.post(`/api/tasks/${scheduled}/cancel`, '');
});

it('lets tasks that run, retry or keep an order end once, after all their attempts', async () => {
  const order = { orderingKey: 'strays' };
  const running = (await api.submit('echo', { message: 1, delayMs: 1_000 })).id;
  const retried = (await api.submit('echo', { message: 1, failures: 2 }, { retry: { firstDelayMs: 500 } })).id;
  const first = (await api.submit('echo', { message: 1, delayMs: 1_500 }, order)).id;
  const second = (await api.submit('echo', { message: 1 }, order)).id;
  const ids = [running, retried, first, second];
  for (const id of [second, first, retried, running]) await sendStrays(id);
  const tasks = await Promise.all(ids.map((id) => api.ended(id)));
  await untilQuiet();
  expect(tasks.map(({ state, attempt }) => [state, attempt])).toEqual([1, 3, 1, 1].map((n) => ['completed', n]));
  for (const id of ids) {
    const kinds = await kindsOf(id);
    expect(kinds.filter((kind) => kind === 'completed')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'started')).toHaveLength(id === retried ? 3 : 1);
  }
  expect(tasks[3]!.startedAt! >= tasks[2]!.finishedAt!).toBe(true);
});

it('keeps garbage as evidence, and goes on', async () => {
  const unknown = createTaskId('nobody', Date.now());
  const bodies = [unknown, '', 'x'.repeat(50_000), 0, null, [], { id: unknown }, Buffer.from([0, 255]), `${unknown}\n; DROP`];
  for (const { queue } of lanes) await send(queue, bodies.map((body) => ({ body })));
  const { id } = await api.submit('echo', { message: 'still here' });
  expect(await api.ended(id)).toMatchObject({ state: 'completed' });
  await untilQuiet();
  expect(await evidence()).toHaveLength(lanes.length * bodies.length);
}); // prettier-ignore
