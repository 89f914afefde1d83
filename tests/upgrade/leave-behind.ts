/**
 * Writes what the code of this checkout leaves behind: `node tests/upgrade/leave-behind.ts FILE`. Run it before a change of what is
 * stored or sent, and keep the file beside `upgrade.test.ts`, which starts with each of them.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { Api } from '../support/api.ts';
import { countUnpublished, historyOf, pause } from '../support/history.ts';
import { startStack } from '../support/stack.ts';
import { readQueue, readRedis, readTables, type Snapshot } from './snapshot.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Usage: node tests/upgrade/leave-behind.ts FILE');

const stack = await startStack();
const redis = new Redis(stack.redisUrl);
try {
  const api = new Api(stack.baseUrl);
  const ada = await api.as('ada', 'user');
  const dead = await ada.submit('echo', { message: 'dead', failures: 1 }, { maxAttempts: 1 });
  await ada.ended(dead.id);
  const schedule = await ada.post<{ id: string }>('/api/schedules', {
    name: 'Every new year',
    cron: '0 0 1 1 *',
    timeZone: 'UTC',
    type: 'echo',
    payload: { message: 'Happy new year' },
  });
  const room = 'lounge';
  await ada.post('/api/chat/rooms', { name: room, topic: 'Of then' });
  const said = await ada.submit('chat-message', { room, text: 'Said then' });
  await ada.ended(said.id);
  const archived = await ada.submit('echo', { message: 'archived' });
  await ada.ended(archived.id);
  await historyOf(ada, 3);
  while ((await countUnpublished(redis)) > 0) await pause(200);
  await forget(redis, archived.id);
  // Due when somebody starts with the file.
  const scheduledFor = new Date(Date.now() + 30_000).toISOString();
  const waiting = await ada.submit('echo', { message: 'waiting' }, { scheduledFor, tags: ['old'] });
  const running = await ada.submit('echo', { message: 'running', delayMs: 3_000 });
  await ada.until(running.id, ({ state }) => state === 'running');
  const snapshot: Snapshot = {
    leftBy: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    ids: {
      dead: dead.id,
      waiting: waiting.id,
      running: running.id,
      schedule: schedule.body.id,
      room,
      archived: archived.id,
    },
    redis: await readRedis(redis),
    messages: await readQueue(stack.serviceBusConnection, 'tasks'),
    tables: await readTables(stack.storageConnection),
  };
  writeFileSync(file, `${JSON.stringify(snapshot, null, 1)}\n`);
} finally {
  redis.disconnect();
  await stack.stop();
}

/** As retention does it, after days. */
async function forget(from: Redis, id: string): Promise<void> {
  for (const key of await from.keys('*')) {
    if (key.endsWith(id)) await from.del(key);
    else if ((await from.type(key)) === 'zset') await from.zrem(key, id);
  }
}
