import { Alarm, type Clock } from './clock.ts';
import type { Entities, QueueSettings } from './entities.ts';
import { entityNotFound } from './errors.ts';
import { MessageTable } from './message-table.ts';
import { Queue } from './queue.ts';
import { DUPLICATES } from './sql.ts';
import { Store } from './store.ts';

const DEAD_LETTER_SUFFIX = '/$DeadLetterQueue';

/** How often message IDs outside their window are forgotten, ms. */
const FORGET_EVERY = 30_000;

/** A namespace: its entities on one data file. */
export class Broker {
  readonly store: Store;
  readonly #clock: Clock;
  readonly #queues = new Map<string, Queue>();
  readonly #forget: Alarm;

  /** @throws Error in one sentence when the data file cannot be used. */
  constructor(dataFile: string, entities: Entities, clock: Clock) {
    this.store = new Store(dataFile);
    this.#clock = clock;
    for (const settings of entities.queues) this.#addQueue(settings);
    this.#forget = new Alarm(clock, () => this.#forgetMessageIds());
    this.#forgetMessageIds();
    this.store.commit();
  }

  /**
   * The queue, subscription or dead-letter queue at a path such as `q`, `q/$DeadLetterQueue` or `t/Subscriptions/s`.
   * @throws ServiceBusError amqp:not-found
   */
  source(path: string): Queue {
    const queue = this.#queues.get(path.toLowerCase());
    if (!queue) throw entityNotFound(path);
    return queue;
  }

  /** The queue or topic at a path. @throws ServiceBusError amqp:not-found */
  target(path: string): Queue {
    return this.source(path);
  }

  close(): void {
    this.#forget.off();
    for (const queue of this.#queues.values()) queue.close();
    this.store.close();
  }

  #addQueue(settings: QueueSettings): void {
    const path = settings.path + DEAD_LETTER_SUFFIX;
    const deadLetterSettings = { ...settings, path, maxDeliveryCount: Infinity, requiresSession: false };
    const deadLetters = new Queue(deadLetterSettings, new MessageTable(this.store, path), this.#clock);
    const queue = new Queue(settings, new MessageTable(this.store, settings.path), this.#clock, deadLetters);
    this.#queues.set(path.toLowerCase(), deadLetters);
    this.#queues.set(settings.path.toLowerCase(), queue);
  }

  #forgetMessageIds(): void {
    const now = this.#clock.now();
    this.store.write(DUPLICATES.forget, now);
    this.#forget.setFor(now + FORGET_EVERY);
  }
}
