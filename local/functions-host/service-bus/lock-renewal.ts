import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { isServiceBusError } from '@azure/service-bus';

/** How often the locks are looked at, ms: often enough for the shortest that Service Bus has, 5 s. */
const tickMs = 1_000;

export interface LockRenewalOptions {
  /** Resolves to the time until which the message is locked now. */
  readonly renew: (message: ServiceBusReceivedMessage) => Promise<Date>;
  /** A lock could not be renewed, and is not tried again. */
  readonly failed: (error: Error) => void;
  /** Beyond that, a message's lock is renewed no longer, ms. */
  readonly longestMs: number;
}

interface Held {
  renewAt: number;
  readonly until: number;
}

/**
 * Renews the locks of messages while they are in hand. The SDK would, too, but goes on for as long as it may when the connection was
 * lost meanwhile, even when the message was settled or given up: it looks for the message under the name of its new link.
 */
export class LockRenewal {
  readonly #options: LockRenewalOptions;
  readonly #held = new Map<ServiceBusReceivedMessage, Held>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LockRenewalOptions) {
    this.#options = options;
  }

  async during<T>(message: ServiceBusReceivedMessage, work: () => Promise<T>): Promise<T> {
    const now = Date.now();
    this.#held.set(message, { renewAt: halfOf(message, now), until: now + this.#options.longestMs });
    this.#timer ??= setInterval(() => this.#tick(), tickMs).unref();
    try {
      return await work();
    } finally {
      this.#held.delete(message);
    }
  }

  #tick(): void {
    const now = Date.now();
    for (const [message, held] of this.#held) {
      if (now >= held.until) this.#held.delete(message);
      else if (now >= held.renewAt) void this.#renew(message, held, now);
    }
    if (this.#held.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renew(message: ServiceBusReceivedMessage, held: Held, now: number): Promise<void> {
    // Nobody may answer: then once more, while the lock lasts.
    held.renewAt = halfOf(message, now);
    try {
      message.lockedUntilUtc = await this.#options.renew(message);
      held.renewAt = halfOf(message, Date.now());
    } catch (error) {
      const isOver = (message.lockedUntilUtc?.getTime() ?? 0) <= Date.now();
      if (!isOver && isServiceBusError(error) && error.retryable) return;
      if (this.#held.delete(message)) this.#options.failed(error as Error);
    }
  }
}

/** When half of the time is over for which the message is still locked. */
function halfOf({ lockedUntilUtc }: ServiceBusReceivedMessage, now: number): number {
  return now + Math.max(0, ((lockedUntilUtc?.getTime() ?? now) - now) / 2);
}
