import type { Clock } from './clock.ts';
import { ServiceBusError } from './errors.ts';

/** What a client asks of the broker, as far as it can be refused. */
export type Operation = 'attach' | 'send' | 'management';

/** How long a fault lasts: so many times, or milliseconds from now, whichever ends first. */
export interface Spell {
  readonly times?: number | undefined;
  readonly milliseconds?: number | undefined;
}

/** Faults on demand, for tests of those who depend on the broker. Until one is asked for, nothing here does anything. */
export class Faults {
  /** How long everything that leaves for clients is held back, ms. */
  latency = 0;
  readonly #clock: Clock;
  readonly #refusals = new Map<Operation, { left: number; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Refuses operations as Service Bus does when a namespace is throttled. */
  refuse(operations: readonly Operation[], { times = Infinity, milliseconds = Infinity }: Spell): void {
    const refusal = { left: times, until: this.#clock.now() + milliseconds };
    for (const operation of operations) this.#refusals.set(operation, refusal);
  }

  /** @throws ServiceBusError server-busy while the operation is refused */
  demand(operation: Operation): void {
    const refusal = this.#refusals.get(operation);
    if (!refusal) return;
    if (refusal.left > 0 && this.#clock.now() < refusal.until) {
      refusal.left--;
      throw serverBusy();
    }
    this.#refusals.delete(operation);
  }
}

function serverBusy(): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:server-busy',
    'The request was terminated because the namespace is being throttled. Error code : 50009. Please wait 2 seconds and try again.',
  );
}
