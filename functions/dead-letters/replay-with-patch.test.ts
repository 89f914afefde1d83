import type { Redis } from 'ioredis';
import type { ReplayDeadLetters } from '../../contracts/replay.ts';
import { ReplayWorld } from '../../tests/support/replays.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { prepareConnection } from '../azure/redis-scripts.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import { taskKey } from '../tasks/task-keys.ts';
import { findTask } from '../tasks/task-queries.ts';
import type { PlanDriver } from './drive-plan.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => {
  redis = testRedis.connect({ isPipelined: true });
  prepareConnection(redis);
});

let world: ReplayWorld;
let driver: PlanDriver;
beforeEach(async () => {
  await redis.flushall();
  world = new ReplayWorld(redis);
  ({ driver } = world);
});

describe('with a patch', () => {
  const patch: ReplayDeadLetters['patch'] = [
    { op: 'test', path: '/failures', value: 3 },
    { op: 'remove', path: '/failures' },
  ];

  it('edits each payload, keeps the original, and tells who did what', async () => {
    const id = await world.dead({ payload: { message: 'Hello', failures: 3 } });
    const other = await world.dead({ payload: { message: 'Hello' } });
    const plan = await world.drive(await world.begin({ filter: {}, patch }));
    expect(plan).toMatchObject({ completed: 1, skippedReasons: { 'patch-failed': 1 }, refusals: [{ id: other }] });
    expect(String(await driver.payloads.read(id))).toBe('{"message":"Hello"}');
    const originals = driver.payloads as PayloadStore;
    expect(String(await originals.readOriginal(id))).toBe('{"message":"Hello","failures":3}');
    expect(await findTask(redis, id)).toMatchObject({
      payloadBytes: 19, replays: 1, edited: { by: 'operator', patch, at: expect.any(String) },
    }); // prettier-ignore
    expect(await world.stateOf(other)).toBe('dead-lettered');
  });

  it('keeps the very first payload over several edits', async () => {
    const id = await world.dead({ payload: { message: 1 } });
    world.outcomeOf = () => 'dead-lettered';
    for (const value of [2, 3]) {
      await world.drive(await world.begin({ ids: [id], patch: [{ op: 'replace', path: '/message', value }] }));
    }
    expect(String(await driver.payloads.read(id))).toBe('{"message":3}');
    expect(String(await (driver.payloads as PayloadStore).readOriginal(id))).toBe('{"message":1}');
  });

  it('tells of a payload that is damaged, and replays the others', async () => {
    const [damaged, sound] = [await world.dead({ payloadSha256: 'not its hash' }), await world.dead()];
    const plan = await world.drive(
      await world.begin({ filter: {}, patch: [{ op: 'add', path: '/delayMs', value: 1 }] }),
    );
    expect(plan).toMatchObject({ completed: 1, skipped: 1, refusals: [{ id: damaged, reason: 'payload-corrupt' }] });
    expect(await world.stateOf(sound)).toBe('completed');
  });

  it('does not lose an edit that somebody else made meanwhile', async () => {
    const id = await world.dead({ payload: { message: 1 } });
    const plan = await world.begin({ ids: [id], patch: [{ op: 'add', path: '/delayMs', value: 1 }] });
    const prepareEdit: PlanDriver['payloads']['prepareEdit'] = async (task) => {
      await redis.hincrby(taskKey(id), 'edits', 1);
      racing.payloads = driver.payloads;
      return driver.payloads.prepareEdit(task);
    };
    const racing = { ...driver, payloads: { read: driver.payloads.read.bind(driver.payloads), prepareEdit } };
    expect(await world.drive(plan, racing)).toMatchObject({ completed: 1 });
  });
});
