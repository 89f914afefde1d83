import type { DeliveredMessage } from './message.ts';

export type ReceiveMode = 'peek-lock' | 'receive-and-delete';

/** Someone who takes messages from a queue, as the queue sees it. */
export interface Consumer {
  readonly mode: ReceiveMode;
  /** The session it holds; null where the queue has none. */
  readonly sessionId: string | null;
  /** How many messages it takes right now. */
  demand(): number;
  deliver(message: DeliveredMessage): void;
  /** Nothing more comes for what it has asked so far, unless something new arrives. */
  exhausted(): void;
}
