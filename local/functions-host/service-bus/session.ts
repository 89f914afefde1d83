import type { ServiceBusReceivedMessage, ServiceBusSessionReceiver } from '@azure/service-bus';
import { createWorkInHand } from '../work-in-hand.ts';
import type { MessageHandler } from './message-handler.ts';

export interface SessionOptions {
  readonly maxConcurrentCallsPerSession: number;
  /** A session without messages for so long is given back; the .NET SDK's try time-out unless told otherwise. */
  readonly idleMs: number | undefined;
}

const defaultIdleMs = 60_000;

/** Handles the messages of one session until it is idle, its lock is lost, or `stopping` aborts; then closes it. */
export async function receiveSession(
  receiver: ServiceBusSessionReceiver,
  handle: MessageHandler,
  { maxConcurrentCallsPerSession, idleMs = defaultIdleMs }: SessionOptions,
  stopping: AbortSignal,
): Promise<void> {
  const inHand = createWorkInHand();
  const end = new SessionEnd(idleMs, stopping);
  const processMessage = (message: ServiceBusReceivedMessage) => {
    if (end.hasCome) return giveBack(receiver, message);
    return inHand.track(() => end.putOff(() => handle(message)));
  };
  const subscription = receiver.subscribe(
    // A lost session, or a lost link: the session is taken again like any other.
    { processMessage, processError: async () => end.come() },
    { autoCompleteMessages: false, maxConcurrentCalls: maxConcurrentCallsPerSession },
  );
  await end.reached;
  // First: the SDK closes the link when the broker is slow to stop sending, and what is in hand could not be settled any more.
  await inHand.settled();
  await subscription.close();
  await receiver.close();
}

/** Of a message that comes when its session is being closed; should it fail, the message comes again when the session was given back. */
async function giveBack(receiver: ServiceBusSessionReceiver, message: ServiceBusReceivedMessage): Promise<void> {
  await receiver.abandonMessage(message).catch(() => undefined);
}

/** When to take no more messages of a session. */
class SessionEnd {
  readonly reached: Promise<void>;
  readonly #resolve: () => void;
  readonly #idleMs: number;
  #idle: NodeJS.Timeout;
  #handling = 0;
  hasCome = false;

  constructor(idleMs: number, stopping: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.reached = promise;
    this.#resolve = resolve;
    this.#idleMs = idleMs;
    this.#idle = this.#waitIdly();
    stopping.addEventListener('abort', () => this.come(), { once: true });
  }

  come(): void {
    this.hasCome = true;
    clearTimeout(this.#idle);
    this.#resolve();
  }

  /** The session is not idle during `work`. */
  async putOff(work: () => Promise<void>): Promise<void> {
    clearTimeout(this.#idle);
    this.#handling += 1;
    await work();
    this.#handling -= 1;
    if (this.#handling === 0 && !this.hasCome) this.#idle = this.#waitIdly();
  }

  #waitIdly(): NodeJS.Timeout {
    return setTimeout(() => {
      // Where the process was held up, a message may be here that it had no time to read.
      setImmediate(() => {
        if (this.#handling === 0) this.come();
      });
    }, this.#idleMs);
  }
}
