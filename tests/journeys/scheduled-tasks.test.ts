import { ServiceBusClient } from '@azure/service-bus';
import Long from 'long';
import type { Problem } from '../../contracts/problem.ts';
import type { Task } from '../../contracts/task.ts';
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

describe('a task that waits for its time', () => {
  const inMs = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
  const reschedule = (id: string, scheduledFor: unknown) =>
    api.post<Task>(`/api/tasks/${id}/reschedule`, { scheduledFor });
  const startsOf = async (id: string) => (await api.timeline(id)).filter(({ kind }) => kind === 'started').length;

  it('is given an earlier time and runs then, once', async () => {
    const task = await api.submit('echo', { message: 1 }, { scheduledFor: inMs(6_000) });
    const earlier = inMs(1_500);
    expect(await reschedule(task.id, earlier)).toMatchObject({
      status: 200,
      body: { state: 'scheduled', scheduledFor: earlier },
    });
    const ended = await api.ended(task.id);
    const late = Date.parse(ended.startedAt!) - Date.parse(earlier);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(1_500);
    // The old message comes, too.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect(await startsOf(task.id)).toBe(1);
    expect(await api.task(task.id)).toMatchObject({ state: 'completed', attempt: 1 });
  });

  it('is given a later time and does not run at the old one', async () => {
    const task = await api.submit('echo', { message: 1 }, { scheduledFor: inMs(1_500) });
    const later = inMs(5_000);
    expect(await reschedule(task.id, later)).toMatchObject({ status: 200 });
    const ended = await api.ended(task.id);
    expect(Date.parse(ended.startedAt!)).toBeGreaterThanOrEqual(Date.parse(later));
    expect(await startsOf(task.id)).toBe(1);
  });

  it('starts now when that is asked for, also after months have been asked for first', async () => {
    const task = await api.submit('echo', { message: 1 }, { scheduledFor: inMs(1_000_000) });
    expect(await reschedule(task.id, inMs(200 * 24 * 60 * 60 * 1000))).toMatchObject({ status: 200 });
    expect(await reschedule(task.id, null)).toMatchObject({ status: 200, body: { state: 'scheduled' } });
    expect(await api.ended(task.id)).toMatchObject({ state: 'completed' });
  });

  it('is told why not, where that cannot be', async () => {
    const running = await api.submit('echo', { message: 1, delayMs: 600_000 });
    const refused = await api.post<Problem>(`/api/tasks/${running.id}/reschedule`, { scheduledFor: inMs(1_000) });
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(refused.body.detail).toMatch(/is (queued|running); only a scheduled task/);
    const waiting = await api.submit('echo', { message: 1 }, { scheduledFor: inMs(1_000_000), expiresIn: 2_000 });
    for (const scheduledFor of [inMs(400 * 24 * 60 * 60 * 1000), inMs(2_100_000), 'soon'])
      expect(await reschedule(waiting.id, scheduledFor)).toMatchObject({
        status: 400,
        body: { code: 'invalid-request', errors: [{ pointer: '/scheduledFor' }] },
      });
    expect(await reschedule('0192f0c0-0000-7000-8000-000000000000', null)).toMatchObject({ status: 404 });
    for (const { id } of [running, waiting]) await api.post(`/api/tasks/${id}/cancel`, {});
  });

  it('for longer than a week has a message for the first hop only', async () => {
    const task = await api.submit('echo', { message: 1 }, { scheduledFor: inMs(300 * 24 * 60 * 60 * 1000) });
    const receiver = serviceBus.createReceiver('tasks');
    const messages = await receiver.peekMessages(250, { fromSequenceNumber: Long.ONE });
    await receiver.close();
    const times = messages
      .filter(({ body }) => body === task.id)
      .map((message) => message.scheduledEnqueueTimeUtc!.getTime());
    expect(times).toHaveLength(1);
    const week = 7 * 24 * 60 * 60 * 1000;
    expect(Math.abs(times[0]! - Date.now() - week)).toBeLessThan(10_000);
    await api.post(`/api/tasks/${task.id}/cancel`, {});
  });

  it('expires to the second, also where that is before it may start', async () => {
    const task = await api.submit('echo', { message: 1 }, { scheduledFor: inMs(60_000), expiresIn: 2 });
    const expired = await api.ended(task.id);
    expect(expired).toMatchObject({ state: 'expired', attempt: 0 });
    const late = Date.parse(expired.finishedAt!) - Date.parse(expired.expiresAt!);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(1_000);
  });

  it('expires to the second when its turn does not come', async () => {
    const key = { concurrencyKey: 'one-at-a-time' };
    const blocking = await api.submit('echo', { message: 1, delayMs: 9_000 }, key);
    await api.until(blocking.id, ({ state }) => state === 'running');
    const waiting = await api.submit('echo', { message: 2 }, { ...key, expiresIn: 4 });
    const expired = await api.ended(waiting.id);
    expect(expired.state).toBe('expired');
    const late = Date.parse(expired.finishedAt!) - Date.parse(expired.expiresAt!);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(1_000);
    await api.post(`/api/tasks/${blocking.id}/cancel`, {});
  });
});
