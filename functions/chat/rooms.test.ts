import type { Redis } from 'ioredis';
import { chatLimits } from '../../contracts/chat.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { findPeople, rememberName } from './people.ts';
import { addRoom, findRooms, isRoom, requireRoom } from './rooms.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));
beforeEach(async () => void (await redis.flushall()));

describe('rooms', () => {
  it('are there by name, the first one from the beginning', async () => {
    await addRoom(redis, { name: 'night-shift', topic: 'After ten' }, 'ada');
    await addRoom(redis, { name: 'day' }, 'ada');
    expect(await findRooms(redis)).toEqual([
      { name: 'general' },
      { name: 'day' },
      { name: 'night-shift', topic: 'After ten' },
    ]);
    expect([await isRoom(redis, 'general'), await isRoom(redis, 'day'), await isRoom(redis, 'none')]).toEqual([true, true, false]); // prettier-ignore
  });

  it('are created once: of many who want one name, one gets it', async () => {
    const results = await Promise.allSettled(['a', 'b', 'c'].map((topic) => addRoom(redis, { name: 'x', topic }, topic))); // prettier-ignore
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(2);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'conflict' });
    await expect(addRoom(redis, { name: 'general' }, 'ada')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are no more than there may be', async () => {
    for (let n = 1; n < chatLimits.rooms; n += 1) await addRoom(redis, { name: `r${n}` }, 'ada');
    await expect(addRoom(redis, { name: 'more' }, 'ada')).rejects.toMatchObject({ code: 'conflict' });
    expect(await findRooms(redis)).toHaveLength(chatLimits.rooms);
  });

  it.each(['none', '', 'Ünsinn', '__proto__', 'a}b', 'x'.repeat(500)])('that are not there are not found: %s', (name) =>
    expect(requireRoom(redis, name)).rejects.toMatchObject({ code: 'not-found' }),
  );
});

describe('people', () => {
  it('go by the name that they came with last, or by their ID', async () => {
    await rememberName(redis, { id: 'ada', name: 'Ada' });
    await rememberName(redis, { id: 'ada', name: 'Ada Lovelace' });
    expect(await findPeople(redis, ['bob', 'ada'])).toEqual([{ id: 'bob', name: 'bob' }, { id: 'ada', name: 'Ada Lovelace' }]); // prettier-ignore
    expect(await findPeople(redis, [])).toEqual([]);
  });
});
