/** This version with what earlier ones left behind: records in Redis, messages in the queue, rows of history. */
import { Redis } from 'ioredis';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChatPage } from '../../contracts/chat.ts';
import type { Schedule } from '../../contracts/schedule.ts';
import type { Task } from '../../contracts/task.ts';
import { Api } from '../support/api.ts';
import { history } from '../support/history.ts';
import { startStack, type TestStack } from '../support/stack.ts';
import { putIntoRedis, putIntoTables, sendAll, type Snapshot } from './snapshot.ts';

jest.setTimeout(180_000);

const folder = join(__dirname, 'left');
const files = readdirSync(folder);

describe.each(files)('after an upgrade from %s', (file) => {
  const { ids, redis: keys, messages, tables } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Snapshot;
  let stack: TestStack;
  let redis: Redis;
  let ada: Api;
  afterAll(async () => {
    redis?.disconnect();
    await stack?.stop();
  });
  beforeAll(async () => {
    // So long that no file here is too old.
    stack = await startStack({ settings: { HistoryRetentionDays: '3650' } });
    redis = new Redis(stack.redisUrl);
    ada = await new Api(stack.baseUrl).as('ada', 'user');
    await putIntoTables(stack.storageConnection, tables);
    await putIntoRedis(redis, keys);
    await sendAll(stack.serviceBusConnection, messages);
  });

  it('works off a task that waited, with the message of then', async () => {
    expect(await ada.ended(ids['waiting']!)).toMatchObject({
      state: 'completed',
      result: { message: 'waiting' },
      tags: ['old'],
    });
  });

  it('takes over a task whose worker died', async () => {
    expect(await ada.ended(ids['running']!)).toMatchObject({ state: 'completed', result: { message: 'running' } });
  });

  it('shows a dead letter, and replays it', async () => {
    const id = ids['dead']!;
    expect(await ada.task(id)).toMatchObject({ state: 'dead-lettered', error: { code: expect.any(String) } });
    expect((await ada.post(`/api/tasks/${id}/replay`, '')).status).toBe(200);
    expect(await ada.ended(id)).toMatchObject({ state: 'completed', result: { message: 'dead' } });
  });

  it('goes on with a schedule', async () => {
    const { status, body } = await ada.call<Schedule>(`/api/schedules/${ids['schedule']}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Every new year', type: 'echo', payload: { message: 'Happy new year' } });
    expect(Date.parse(body.upcoming[0]!)).toBeGreaterThan(Date.now());
  });

  const { room, archived } = ids;
  if (room !== undefined) {
    it('shows what was said in the chat, and goes on behind it', async () => {
      const path = `/api/chat/rooms/${room}/messages`;
      const said = async () =>
        (await ada.call<ChatPage>(path)).body.messages.map(({ sequence, text }) => [sequence, text]);
      expect(await said()).toEqual([[1, 'Said then']]);
      await ada.ended((await ada.submit('chat-message', { room, text: 'Said now' })).id);
      expect(await said()).toEqual([[1, 'Said then'], [2, 'Said now']]); // prettier-ignore
    });
  }
  if (archived !== undefined) {
    it('finds in history what was forgotten', async () => {
      const { body } = await ada.call<Task>(`/api/tasks/${archived}`);
      expect(body).toMatchObject({ archived: true, state: 'completed', result: { message: 'archived' } });
      expect((await history(ada)).map(({ id }) => id)).toContain(archived);
    });
  }

  it('tells old and new events in one order, and takes new tasks beside the old', async () => {
    const { id } = await ada.submit('echo', { message: 'new' });
    await ada.ended(id);
    const events = await ada.events();
    const of = (task: string) => events.filter(({ taskId }) => taskId === task).map(({ kind }) => kind);
    // What is older than a week is no longer told.
    expect(of(ids['dead']!).slice(-3)).toEqual(['replayed', 'started', 'completed']);
    expect(of(id)).toEqual(['queued', 'started', 'completed']);
  });
});
