import { Alarm, type Clock } from './clock.ts';
import type { Entities, QueueSettings, TopicSettings } from './entities.ts';
import { entityNotFound, ServiceBusError } from './errors.ts';
import { Faults } from './faults.ts';
import type { IncomingMessage } from './message.ts';
import { MessageTable } from './message-table.ts';
import { Queue } from './queue.ts';
import type { MessageEncoding } from './rules/value.ts';
import { DUPLICATES } from './sql.ts';
import { Store } from './store.ts';
import { RuleSet } from './subscription.ts';
import { Topic } from './topic.ts';

const DEAD_LETTER_SUFFIX = '/$DeadLetterQueue';

/** How often message IDs outside their window are forgotten, ms. */
const FORGET_EVERY = 30_000;

/** Where messages are sent: a queue or a topic. What it does is durable after the store's next commit. */
export interface Target {
  send(messages: readonly IncomingMessage[]): number[];
  cancelScheduled(sequenceNumbers: readonly number[]): void;
}

/** A namespace: its entities on one data file. Paths are not case-sensitive. */
export class Broker {
  readonly store: Store;
  readonly faults: Faults;
  readonly #clock: Clock;
  readonly #encoding: MessageEncoding;
  readonly #sources = new Map<string, Queue>();
  readonly #targets = new Map<string, Queue | Topic>();
  readonly #rules = new Map<string, RuleSet>();
  readonly #forget: Alarm;

  /**
   * @param warn is told when what was acknowledged before may be lost
   * @throws Fatal in one sentence when the data file cannot be used.
   */
  constructor(
    dataFile: string,
    entities: Entities,
    clock: Clock,
    encoding: MessageEncoding,
    warn: (sentence: string) => void,
  ) {
    this.store = new Store(dataFile, warn);
    this.faults = new Faults(clock);
    this.#clock = clock;
    this.#encoding = encoding;
    this.#forget = new Alarm(clock, () => this.#forgetMessageIds());
    try {
      this.#read(entities);
    } catch (error) {
      this.store.abandon();
      throw error;
    }
  }

  /**
   * The queue, subscription or dead-letter queue at a path such as `q`, `q/$DeadLetterQueue` or `t/Subscriptions/s`.
   * @throws ServiceBusError amqp:not-found
   */
  source(path: string): Queue {
    const queue = this.#sources.get(path.toLowerCase());
    if (!queue) throw entityNotFound(path);
    return queue;
  }

  /** The queue or topic at a path. @throws ServiceBusError amqp:not-found, amqp:not-allowed when one can only receive there */
  target(path: string): Target {
    const target = this.#targets.get(path.toLowerCase());
    if (target) return target;
    this.source(path);
    throw new ServiceBusError(
      'amqp:not-allowed',
      `Messages cannot be sent to '${path}': send them to its queue or topic.`,
    );
  }

  /** The rules of the subscription at a path. @throws ServiceBusError amqp:not-found, amqp:not-allowed when it is none */
  rules(path: string): RuleSet {
    const rules = this.#rules.get(path.toLowerCase());
    if (rules) return rules;
    this.source(path);
    throw new ServiceBusError('amqp:not-allowed', `'${path}' is not a subscription and has no rules.`);
  }

  /** @throws ServiceBusError amqp:not-found when there is no entity of any kind at a path */
  demand(path: string): void {
    if (!this.#targets.has(path.toLowerCase())) this.source(path);
  }

  close(): void {
    this.#forget.off();
    for (const entity of [...this.#sources.values(), ...this.#targets.values()]) entity.close();
    this.store.close();
  }

  #read(entities: Entities): void {
    for (const settings of entities.queues) this.#targets.set(settings.path.toLowerCase(), this.#addQueue(settings));
    for (const settings of entities.topics) this.#addTopic(settings);
    this.#forgetMessageIds();
    this.store.commit();
  }

  #addQueue(settings: QueueSettings): Queue {
    const path = settings.path + DEAD_LETTER_SUFFIX;
    const deadLetterSettings = { ...settings, path, maxDeliveryCount: Infinity, requiresSession: false };
    const deadLetters = new Queue(deadLetterSettings, this.#table(path), this.#clock);
    const queue = new Queue(settings, this.#table(settings.path), this.#clock, deadLetters);
    this.#sources.set(path.toLowerCase(), deadLetters);
    this.#sources.set(settings.path.toLowerCase(), queue);
    return queue;
  }

  #addTopic(settings: TopicSettings): void {
    const subscriptions = settings.subscriptions.map((subscription) => {
      const queue = this.#addQueue(subscription);
      const rules = new RuleSet(subscription, this.#table(subscription.path));
      this.#rules.set(subscription.path.toLowerCase(), rules);
      return { queue, rules };
    });
    const topic = new Topic(settings, this.#table(settings.path), this.#clock, subscriptions, this.#encoding);
    this.#targets.set(settings.path.toLowerCase(), topic);
  }

  #table(path: string): MessageTable {
    return new MessageTable(this.store, path);
  }

  #forgetMessageIds(): void {
    const now = this.#clock.now();
    this.store.write(DUPLICATES.forget, now);
    this.#forget.setFor(now + FORGET_EVERY);
  }
}
