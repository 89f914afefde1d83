import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { admit, type SubmitLimits } from './admission.ts';
import { Backlog } from './backlog.ts';
import { Rates } from './rates.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

const limits: SubmitLimits = { accepting: true, backlog: 5, ownerRate: 2, keyRate: 0, typeRate: () => 0 };
const codeOf = (admitted: Promise<unknown>) => admitted.then(() => 'admitted', ({ code }: { code: string }) => code); // prettier-ignore

it('does not count what was refused by its rate: it keeps nobody else out', async () => {
  const gate = { backlog: new Backlog(redis, () => 0), rates: new Rates(redis) };
  const flood = [];
  for (let n = 0; n < 20; n += 1) flood.push(await codeOf(admit(gate, limits, { owner: 'ada', type: 'echo' })));
  expect(flood.filter((code) => code === 'too-many-requests').length).toBeGreaterThan(10);
  expect(flood).not.toContain('backlog-full');
  expect(await codeOf(admit(gate, { ...limits, ownerRate: 0 }, { owner: 'bob', type: 'echo' }))).toBe('admitted');
});

it('counts what it admits, and refuses when the backlog is full', async () => {
  const gate = { backlog: new Backlog(redis, () => 0), rates: new Rates(redis) };
  const codes = [];
  for (let n = 0; n < 7; n += 1)
    codes.push(await codeOf(admit(gate, { ...limits, ownerRate: 0 }, { owner: 'cem', type: 'echo' })));
  expect(codes).toEqual([...Array<string>(5).fill('admitted'), 'backlog-full', 'backlog-full']);
});

it('takes nothing in while it is told not to, whatever room there is', async () => {
  const gate = { backlog: new Backlog(redis, () => 0), rates: new Rates(redis) };
  const closed = { ...limits, accepting: false };
  expect(await codeOf(admit(gate, closed, { owner: 'dan', type: 'echo' }))).toBe('not-accepting');
  expect(await codeOf(admit(gate, limits, { owner: 'dan', type: 'echo' }))).toBe('admitted');
});
