import { Interruption } from './lease.ts';
import { createStep } from './step-memory.ts';

function memory(known: Record<string, string> = {}, limitBytes = 1_000_000) {
  const recorded = new Map(Object.entries(known));
  const checkLease = jest.fn(async () => undefined);
  const record = async (name: string, value: string) => {
    if (!recorded.has(name)) recorded.set(name, value);
    return recorded.get(name);
  };
  return { recorded, checkLease, step: createStep({ known, checkLease, record, limitBytes }) };
}

it('runs a step and remembers what it gave', async () => {
  const { recorded, step } = memory();
  expect(await step('charge', async () => ({ id: 7 }))).toEqual({ id: 7 });
  expect(await step('nothing', async () => undefined)).toBeNull();
  expect(Object.fromEntries(recorded)).toEqual({ charge: '{"id":7}', nothing: 'null' });
});

it('gives what an earlier attempt got, without running again', async () => {
  const { checkLease, step } = memory({ charge: '{"id":7}' });
  const run = jest.fn();
  expect(await step('charge', run)).toEqual({ id: 7 });
  expect(run).not.toHaveBeenCalled();
  expect(checkLease).not.toHaveBeenCalled();
});

it('remembers nothing of a step that failed', async () => {
  const { recorded, step } = memory();
  await expect(step('charge', () => Promise.reject(new Error('declined')))).rejects.toThrow('declined');
  expect(recorded.size).toBe(0);
});

it('runs no step when the lease is lost, and stops when it is lost on the way', async () => {
  const run = jest.fn(async () => 1);
  const lost = () => Promise.reject(new Interruption('lost', 'gone'));
  const leaseLost = createStep({ known: {}, checkLease: lost, record: jest.fn(), limitBytes: 1_000 });
  await expect(leaseLost('a', run)).rejects.toThrow(Interruption);
  expect(run).not.toHaveBeenCalled();
  const noRecord = { checkLease: async () => undefined, record: async () => undefined };
  const unrecorded = createStep({ known: {}, ...noRecord, limitBytes: 1_000 });
  await expect(unrecorded('a', run)).rejects.toThrow(Interruption);
});

it('refuses two steps of one name, which would hide an effect', async () => {
  const { step } = memory();
  await step('a', async () => 1);
  await expect(step('a', async () => 2)).rejects.toThrow(/two steps named "a"/);
});

it('refuses for good to remember more than the limit, of all steps and attempts together', async () => {
  const { recorded, step } = memory({ first: `"${'x'.repeat(60)}"` }, 100);
  expect(await step('second', async () => 'x'.repeat(20))).toBe('x'.repeat(20));
  const tooMuch = { code: 'steps-too-large', message: expect.stringMatching(/step "third" .* storage/) as string };
  await expect(step('third', async () => 'ö')).rejects.toMatchObject(tooMuch);
  expect([...recorded.keys()]).toEqual(['first', 'second']);
});

it('takes names that objects have anyway', async () => {
  const { step } = memory();
  expect(await step('constructor', async () => 1)).toBe(1);
  expect(await step('__proto__', async () => 2)).toBe(2);
});

it('knows a step again whose name cannot be kept as it is: half of an emoji, or no text at all', async () => {
  const { recorded, step } = memory();
  // As Redis has them.
  const kept = () => Object.fromEntries([...recorded].map(([name, json]) => [Buffer.from(name).toString(), json]));
  const names = ['Mail to 🦊'.slice(0, -1), 7] as string[];
  for (const name of names) await step(name, async () => 'sent');
  const next = memory(kept());
  const run = jest.fn();
  for (const name of names) expect(await next.step(name, run)).toBe('sent');
  expect(run).not.toHaveBeenCalled();
});

it('refuses two steps whose names are kept as one', async () => {
  const { step } = memory();
  await step('🦊'.slice(0, 1), async () => 1);
  await expect(step('🦊'.slice(1), async () => 2)).rejects.toMatchObject({ code: 'step-name-taken' });
});
