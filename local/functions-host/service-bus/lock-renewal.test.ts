import { ServiceBusError, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { LockRenewal } from './lock-renewal.ts';

const lockMs = 5_000;
const failures: string[] = [];
let renewals: number[];
beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  failures.length = 0;
  renewals = [];
});
afterEach(() => jest.useRealTimers());

const locked = () => ({ lockedUntilUtc: new Date(Date.now() + lockMs) }) as ServiceBusReceivedMessage;
const failed = ({ message }: Error) => void failures.push(message);
const after = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));
const renew = async () => {
  renewals.push(Date.now());
  return new Date(Date.now() + lockMs);
};

it('renews a lock for as long as the work takes, and no longer', async () => {
  void new LockRenewal({ renew, failed, longestMs: 60_000 }).during(locked(), () => after(7_000));
  await jest.advanceTimersByTimeAsync(60_000);
  expect(renewals).toEqual([3_000, 6_000]);
  expect(jest.getTimerCount()).toBe(0);
});

it('gives up a lock when the work takes longer than it may', async () => {
  void new LockRenewal({ renew, failed, longestMs: 8_000 }).during(locked(), () => after(30_000));
  await jest.advanceTimersByTimeAsync(30_000);
  expect(Math.max(...renewals)).toBeLessThan(8_000);
  expect(failures).toEqual([]);
});

it('tries again while the lock lasts, and tells of one that is lost', async () => {
  const busy = async () => {
    renewals.push(Date.now());
    throw new ServiceBusError('The namespace is busy.', 'ServiceBusy');
  };
  void new LockRenewal({ renew: busy, failed, longestMs: 60_000 }).during(locked(), () => after(30_000));
  await jest.advanceTimersByTimeAsync(30_000);
  expect(renewals.length).toBeGreaterThan(1);
  expect(failures).toEqual(['The namespace is busy.']);
});
