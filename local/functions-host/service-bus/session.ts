import type { ServiceBusSessionReceiver } from '@azure/service-bus';
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
  const ended = Promise.withResolvers<void>();
  let handling = 0;
  let idle = setTimeout(ended.resolve, idleMs);
  stopping.addEventListener('abort', () => ended.resolve(), { once: true });

  const subscription = receiver.subscribe(
    {
      processMessage: async (message) => {
        clearTimeout(idle);
        handling += 1;
        await inHand.track(() => handle(message));
        handling -= 1;
        if (handling === 0) idle = setTimeout(ended.resolve, idleMs);
      },
      // A lost session, or a lost link: the session is taken again like any other.
      processError: async () => ended.resolve(),
    },
    { autoCompleteMessages: false, maxConcurrentCalls: maxConcurrentCallsPerSession },
  );
  await ended.promise;
  await subscription.close();
  await inHand.settled();
  clearTimeout(idle);
  await receiver.close();
}
