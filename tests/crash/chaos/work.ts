import type { Submitted } from '../history.ts';
import type { Chance } from './random.ts';

/** What one submission sends, and what of it the history keeps. */
export interface Work {
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly facts: Pick<Submitted, 'type' | 'delivery' | 'steps' | 'orderingKey' | 'holds' | 'scheduledFor'>;
  readonly thenCancel?: boolean;
}

const orderingKeys = ['orders', 'invoices', 'mail'];
const retry = { firstDelayMs: 50, maxDelayMs: 500 };

type Make = (label: string, chance: Chance, now: number) => Work;

function witness(
  kind: string,
  of: (
    chance: Chance,
    now: number,
  ) => { payload?: object; more?: Record<string, unknown> } & Partial<Work['facts']> & { thenCancel?: boolean },
): Make {
  return (label, chance, now) => {
    const { payload = {}, more = {}, thenCancel = false, ...facts } = of(chance, now);
    const steps = facts.steps ?? 0;
    const delivery = more['delivery'] as string | undefined;
    return {
      kind,
      body: {
        type: 'witness',
        payload: { label, steps, delayMs: chance.between(0, 400), ...payload },
        tags: [label],
        retry,
        ...more,
      },
      facts: { type: 'witness', ...facts, ...(delivery !== undefined && { delivery }) },
      thenCancel,
    };
  };
}

function echo(kind: string, of: (chance: Chance) => object): Make {
  return (label, chance) => ({
    kind,
    body: { type: 'echo', payload: { message: label, ...of(chance) }, tags: [label], retry },
    facts: { type: 'echo' },
  });
}

const exactlyOnce = { delivery: 'exactly-once' };
const iso = (time: number) => new Date(time).toISOString();

const kinds: readonly (readonly [weight: number, make: Make])[] = [
  [3, echo('echo', () => ({}))],
  [2, echo('echo that fails', (chance) => ({ failures: chance.between(1, 3) }))],
  [1, echo('echo that fails for good', () => ({ permanent: true }))],
  [1, echo('slow echo', (chance) => ({ delayMs: chance.between(500, 3_000) }))],
  [4, witness('exactly once', (chance) => ({ steps: chance.between(1, 4), payload: { failures: chance.between(0, 2) }, more: exactlyOnce }))],
  [2, witness('exactly once, slow', (chance) => ({ steps: 3, payload: { delayMs: chance.between(1_000, 4_000) }, more: exactlyOnce }))],
  [2, witness('at most once', () => ({ more: { delivery: 'at-most-once' } }))],
  [2, witness('at least once', () => ({}))],
  [1, witness('to be replayed', () => ({ steps: 2, payload: { failures: 3 }, more: { maxAttempts: 2, ...exactlyOnce } }))],
  [2, witness('scheduled', (chance, now) => {
    const scheduledFor = now + chance.between(500, 6_000);
    return { steps: 1, scheduledFor, more: { scheduledFor: iso(scheduledFor), ...exactlyOnce } };
  })],
  [1, witness('expiring', (chance) => ({ more: { expiresIn: chance.between(1, 4), concurrencyKey: chance.pick(orderingKeys) } }))],
  [2, witness('cancelled', (chance) => ({ thenCancel: true, payload: { delayMs: chance.between(0, 2_000) } }))],
  [4, witness('ordered', (chance) => {
    const orderingKey = chance.pick(orderingKeys);
    const payload = { failures: chance.next() < 0.3 ? 1 : 0, delayMs: chance.between(0, 100) };
    return { steps: 1, orderingKey, payload, more: { orderingKey, ...exactlyOnce } };
  })],
  [1, witness('ordered, held when dead', (chance) => {
    const orderingKey = `held ${chance.pick(orderingKeys)}`;
    const payload = { failures: chance.next() < 0.3 ? 1 : 0, delayMs: 0 };
    return { steps: 1, orderingKey, holds: true, payload, more: { orderingKey, ifDeadLettered: 'hold', maxAttempts: 1, ...exactlyOnce } };
  })],
  [1, witness('one at a time', (chance) => ({ steps: 1, more: { concurrencyKey: chance.pick(orderingKeys), ...exactlyOnce } }))],
  [1, witness('with priority', (chance) => ({ steps: 1, more: { priority: chance.pick(['high', 'low']), ...exactlyOnce } }))],
]; // prettier-ignore

export function chooseWork(label: string, chance: Chance, now: number): Work {
  return chance.weighted(kinds)(label, chance, now);
}
