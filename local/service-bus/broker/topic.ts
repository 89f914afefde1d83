import type { Clock } from './clock.ts';
import type { TopicSettings } from './entities.ts';
import { Intake } from './intake.ts';
import type { IncomingMessage } from './message.ts';
import type { MessageTable, ScheduledRow } from './message-table.ts';
import type { MessageEncoding } from './rules/value.ts';
import type { Subscription } from './subscription.ts';

/** Copies what it is sent to those of its subscriptions whose rules match. */
export class Topic {
  readonly #table: MessageTable;
  readonly #intake: Intake;
  readonly #subscriptions: readonly Subscription[];
  readonly #encoding: MessageEncoding;

  constructor(
    settings: TopicSettings,
    table: MessageTable,
    clock: Clock,
    subscriptions: readonly Subscription[],
    encoding: MessageEncoding,
  ) {
    this.#table = table;
    this.#subscriptions = subscriptions;
    this.#encoding = encoding;
    this.#intake = new Intake(settings, table, clock, this);
  }

  /** Takes messages in, all or none; see `Intake.send`. */
  send(messages: readonly IncomingMessage[]): number[] {
    return this.#intake.send(messages);
  }

  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#intake.cancelScheduled(sequenceNumbers);
  }

  enqueue(message: IncomingMessage, sequenceNumber: number): void {
    const properties = this.#encoding.properties(message.content);
    for (const { queue, rules } of this.#subscriptions) {
      for (const changes of rules.copiesFor(properties)) {
        queue.enqueueCopy(changes ? this.#encoding.change(message, changes) : message, sequenceNumber);
      }
    }
  }

  enqueueScheduled({ id, sequenceNumber }: ScheduledRow): void {
    const message = this.#table.row(id);
    this.#table.remove(id);
    if (message) this.enqueue(message, sequenceNumber);
  }

  close(): void {
    this.#intake.close();
    this.#table.close();
  }
}
