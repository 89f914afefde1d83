import type { Clock } from './clock.ts';
import type { IntakeSettings } from './entities.ts';
import { type IncomingMessage, shorterLife } from './message.ts';
import type { MessageTable, ScheduledRow } from './message-table.ts';
import { Schedule } from './schedule.ts';

/** What a queue or a topic does with messages that are to be enqueued. */
export interface Enqueuer {
  /** A message to be enqueued at once; its time to live is the one that holds. */
  enqueue(message: IncomingMessage, sequenceNumber: number): void;
  /** A scheduled message whose time has come; it still lies in the table. */
  enqueueScheduled(row: ScheduledRow): void;
}

/** Where messages come into a queue or topic: numbers them, drops duplicates, keeps back what is scheduled. */
export class Intake {
  readonly #settings: IntakeSettings;
  readonly #table: MessageTable;
  readonly #clock: Clock;
  readonly #enqueuer: Enqueuer;
  readonly #schedule: Schedule;

  constructor(settings: IntakeSettings, table: MessageTable, clock: Clock, enqueuer: Enqueuer) {
    this.#settings = settings;
    this.#table = table;
    this.#clock = clock;
    this.#enqueuer = enqueuer;
    this.#schedule = new Schedule(table, clock, (row) => enqueuer.enqueueScheduled(row));
  }

  /**
   * Takes messages in, all or none, and returns their sequence numbers; a duplicate is dropped and bears the first one's.
   * Durable after the store's next commit.
   */
  send(messages: readonly IncomingMessage[]): number[] {
    return messages.map((message) => this.#sendOne(message));
  }

  /** @throws ServiceBusError message-not-found when one of them is not scheduled (any more); none is cancelled then. */
  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#schedule.cancel(sequenceNumbers);
  }

  close(): void {
    this.#schedule.close();
  }

  #sendOne(message: IncomingMessage): number {
    const now = this.#clock.now();
    const sequenceNumber = this.#table.newSequenceNumber();
    const first = this.#firstWithSameId(message, sequenceNumber, now);
    if (first !== undefined) return first;
    const timeToLive = shorterLife(message.timeToLive, this.#settings.defaultTimeToLive);
    if (message.scheduledFor !== null && message.scheduledFor > now) {
      this.#table.addScheduled({ ...message, timeToLive }, sequenceNumber, now, message.scheduledFor);
      this.#schedule.added(message.scheduledFor);
    } else {
      this.#enqueuer.enqueue({ ...message, timeToLive }, sequenceNumber);
    }
    return sequenceNumber;
  }

  #firstWithSameId({ messageId }: IncomingMessage, sequenceNumber: number, now: number): number | undefined {
    const { duplicateWindow } = this.#settings;
    if (duplicateWindow === null) return undefined;
    const isFirst = this.#table.rememberMessageId(messageId, sequenceNumber, now, now + duplicateWindow);
    return isFirst ? undefined : this.#table.sequenceNumberOf(messageId);
  }
}
