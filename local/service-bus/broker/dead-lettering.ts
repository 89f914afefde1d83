import type { QueueSettings } from './entities.ts';
import type { DeadLetterCause } from './message.ts';
import type { MessageRow, MessageTable } from './message-table.ts';

const EXPIRED: DeadLetterCause = {
  reason: 'TTLExpiredException',
  description: 'The message expired and was dead lettered.',
};

export const WITHOUT_SESSION: DeadLetterCause = {
  reason: 'Session ID is null',
  description: "Session enabled entity doesn't allow a message whose session identifier is null.",
};

export function tooManyDeliveries(deliveryCount: number): DeadLetterCause {
  return {
    reason: 'MaxDeliveryCountExceeded',
    description: `Message could not be consumed after ${deliveryCount} delivery attempts.`,
  };
}

/** Where a queue's dead letters go. */
export interface Graveyard {
  readonly table: MessageTable;
  offer(sequenceNumber: number, sessionId: string | null): void;
}

/** How messages leave a queue without having been processed. */
export class DeadLettering {
  readonly #settings: QueueSettings;
  readonly #table: MessageTable;
  readonly #graveyard: Graveyard | undefined;

  /** @param graveyard undefined for a dead-letter queue itself */
  constructor(settings: QueueSettings, table: MessageTable, graveyard: Graveyard | undefined) {
    this.#settings = settings;
    this.#table = table;
    this.#graveyard = graveyard;
  }

  /** False for a dead-letter queue itself: nothing moves on from there. */
  get hasGraveyard(): boolean {
    return this.#graveyard !== undefined;
  }

  move(row: MessageRow, cause: DeadLetterCause): void {
    if (!this.#graveyard) return;
    this.#table.deadLetter(row, this.#graveyard.table, this.#settings.path, cause);
    this.#graveyard.offer(row.sequenceNumber, null);
  }

  /** A message's time to live has run out. */
  expire(row: MessageRow): void {
    if (this.#settings.deadLetterOnExpiration && this.#graveyard) this.move(row, EXPIRED);
    else this.#table.remove(row.id);
  }
}
