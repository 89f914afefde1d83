import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { logsKey, taskKey } from '../tasks/task-keys.ts';
import { appendLogs, findLogs } from './log-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
let id: string;

beforeAll(() => void (redis = testRedis.connect()));
beforeEach(async () => {
  id = createTaskId('ada', Date.now());
  await redis.hset(taskKey(id), { id, owner: 'ada' });
});

const line = (text: string, attempt = 1) => ({ at: '2026-11-27T00:00:00.000Z', attempt, text });
const batch = (name: string, ...texts: string[]) => ({ name, left: 0, lines: texts.map((text) => line(text)) });

it('gives lines in order, numbered over all batches, and those after a number', async () => {
  await appendLogs(redis, id, batch('a:1', 'one', 'two "quoted"\n\u0000</script>'));
  await appendLogs(redis, id, { name: 'b:1', left: 0, lines: [line('three', 2)] });
  expect(await findLogs(redis, id, 0)).toEqual({
    taskId: id,
    dropped: 0,
    lines: [
      { number: 1, ...line('one') },
      { number: 2, ...line('two "quoted"\n\u0000</script>') },
      { number: 3, ...line('three', 2) },
    ],
  });
  expect((await findLogs(redis, id, 2)).lines.map(({ text }) => text)).toEqual(['three']);
});

it('adds a batch once, however often it comes', async () => {
  for (let i = 0; i < 3; i += 1) expect(await appendLogs(redis, id, batch('a:1', 'one', 'two'))).toBe(2);
  expect(await appendLogs(redis, id, batch('a:2', 'three'))).toBe(3);
  expect((await findLogs(redis, id, 0)).lines).toHaveLength(3);
});

it('keeps the newest 200 lines and 16 KB, and tells how many went', async () => {
  const many = (name: string, text: string) => batch(name, ...Array.from({ length: 150 }, () => text));
  await appendLogs(redis, id, many('a:1', 'short'));
  await appendLogs(redis, id, many('a:2', 'short'));
  const short = await findLogs(redis, id, 0);
  expect([short.lines.length <= 200, short.lines.at(-1)?.number, short.dropped]).toEqual([true, 300, 300 - short.lines.length]); // prettier-ignore
  await appendLogs(redis, id, { ...many('a:3', 'x'.repeat(1_500)), left: 7 });
  const long = await findLogs(redis, id, 0);
  expect([long.lines.length, long.lines.at(-1)?.number, long.dropped]).toEqual([10, 457, 447]);
});

it('keeps one line that alone is more than all may be', async () => {
  await appendLogs(redis, id, batch('a:1', 'before', '€'.repeat(8_000)));
  expect((await findLogs(redis, id, 0)).lines.map(({ text }) => text.length)).toEqual([8_000]);
});

it('writes nothing for a task that is gone', async () => {
  await redis.del(taskKey(id));
  expect(await appendLogs(redis, id, batch('a:1', 'one'))).toBeUndefined();
  expect(await redis.exists(logsKey(id))).toBe(0);
});
