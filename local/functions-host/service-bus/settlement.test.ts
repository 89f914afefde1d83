import type { TriggerContext, TriggeredFunction } from '../trigger.ts';
import { settleOrWarn } from './settlement.ts';

const warnings: string[] = [];
const context = { log: { warning: (text: string) => warnings.push(text) } } as unknown as TriggerContext;
const triggered = { registered: { metadata: { name: 'ProcessQueue' } } } as unknown as TriggeredFunction;
const settle = (work: () => Promise<unknown>) => settleOrWarn(context, triggered, work);
beforeEach(() => {
  warnings.length = 0;
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

it('tells of a message that could not be settled', async () => {
  await settle(async () => undefined);
  expect(warnings).toEqual([]);
  await settle(() => Promise.reject(new Error('The lock is lost.')));
  expect(warnings).toEqual(['A message could not be settled and will come again: The lock is lost.']);
  expect(jest.getTimerCount()).toBe(0);
});

it('gives up a message whose settlement nobody ever answers', async () => {
  const settled = settle(() => new Promise(() => undefined));
  await jest.advanceTimersByTimeAsync(29_999);
  expect(warnings).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  await settled;
  expect(warnings[0]).toMatch(/within 30 s/);
});
