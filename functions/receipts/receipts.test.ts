import type { Redis } from 'ioredis';
import { receiptLimits } from '../../contracts/receipt.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { receiptsKey, taskKey } from '../tasks/task-keys.ts';
import { findReceipts, recordReceipts } from './receipt-store.ts';

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

const ada = { user: 'ada', owner: 'ada' };
const delivered = (cursor: string) => ({ taskId: id, cursor, kind: 'delivered' }) as const;
const seen = (cursor: string) => ({ taskId: id, cursor, kind: 'seen' }) as const;

describe('receipts of a task', () => {
  it('tell when its events were first delivered and first seen, and whose they are', async () => {
    expect(await recordReceipts(redis, [delivered('1-0'), seen('1-0')], ada)).toBe(2);
    const first = await findReceipts(redis, id, 'ada');
    expect(first).toEqual([
      { user: 'ada', isYou: true, deliveredAt: expect.any(String) as string, seenAt: expect.any(String) as string },
    ]);
    expect(await recordReceipts(redis, [delivered('1-0'), seen('2-0')], ada)).toBe(0);
    expect(await findReceipts(redis, id, 'olga')).toEqual(first.map((receipt) => ({ ...receipt, isYou: false })));
  });

  it('count what is seen as delivered', async () => {
    await recordReceipts(redis, [seen('1-0')], ada);
    const [receipt] = await findReceipts(redis, id, 'ada');
    expect(receipt?.deliveredAt).toBe(receipt?.seenAt);
  });

  it('are taken of operators too, but of nobody who may not see the task, and of no task that is not there', async () => {
    expect(await recordReceipts(redis, [seen('1-0')], { user: 'eve', owner: 'eve' })).toBe(0);
    expect(await recordReceipts(redis, [seen('1-0')], { user: 'olga', owner: undefined })).toBe(1);
    const gone = createTaskId('ada', Date.now());
    expect(await recordReceipts(redis, [{ ...seen('1-0'), taskId: gone }], ada)).toBe(0);
    expect(await recordReceipts(redis, [{ ...seen('1-0'), taskId: 'nothing' }], ada)).toBe(0);
    expect((await findReceipts(redis, id, 'ada')).map(({ user }) => user)).toEqual(['olga']);
  });

  it('stay few, however many people look', async () => {
    for (let n = 0; n < receiptLimits.usersPerTask + 5; n += 1) {
      await recordReceipts(redis, [seen('1-0')], { user: `operator-${n}`, owner: undefined });
    }
    expect(await findReceipts(redis, id, 'ada')).toHaveLength(receiptLimits.usersPerTask);
    expect(await redis.hlen(receiptsKey(id))).toBe(2 * receiptLimits.usersPerTask);
  });

  it('keep users apart whose names look like fields', async () => {
    await recordReceipts(redis, [seen('1-0')], { user: 'seen:bob', owner: undefined });
    await recordReceipts(redis, [delivered('1-0')], { user: 'bob', owner: undefined });
    const receipts = await findReceipts(redis, id, 'ada');
    expect(receipts.map(({ user, seenAt }) => [user, seenAt !== undefined])).toEqual([
      ['seen:bob', true],
      ['bob', false],
    ]);
  });
});
