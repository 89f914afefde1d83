import type { Broker } from '../broker/broker.ts';
import type { Consumer, ReceiveMode } from '../broker/consumer.ts';
import { newToken } from '../broker/locks.ts';
import type { DeliveredMessage } from '../broker/message.ts';
import type { Queue } from '../broker/queue.ts';
import type { Session } from '../broker/sessions.ts';
import { amqpError } from './link-error.ts';
import { deliveryTag } from './lock-token.ts';
import { encodeMessage } from './outgoing-message.ts';
import { ACCEPTED, type LinkContext, type LinkDelivery, rejected, type SendingLink } from './rhea.ts';
import { type Settle, settlementOf } from './settlement.ts';

/** `snd-settle-mode` of a receiver that wants messages without locks. */
const SETTLED = 1;

/** A link on which a client receives messages of an entity. */
export class ConsumerLink implements Consumer {
  readonly mode: ReceiveMode;
  readonly sessionId: string | null;
  readonly #link: SendingLink;
  readonly #queue: Queue;
  readonly #broker: Broker;
  readonly #isCongested: () => boolean;
  readonly #session: Session | undefined;
  readonly #tokens = new Map<LinkDelivery, string>();
  /** Deliveries handed to rhea since the attach, and credit given back unused: their balance is what rhea has not sent yet. */
  #handedOver = 0;
  #drainedCredit = 0;
  #drained = false;

  /**
   * @param isCongested true while the peer takes too little of what was sent to it
   * @param session the session whose messages it receives, where the entity has sessions
   */
  constructor(link: SendingLink, queue: Queue, broker: Broker, isCongested: () => boolean, session?: Session) {
    this.mode = link.snd_settle_mode === SETTLED ? 'receive-and-delete' : 'peek-lock';
    this.#link = link;
    this.#queue = queue;
    this.#broker = broker;
    this.#isCongested = isCongested;
    this.#session = session;
    this.sessionId = session?.id ?? null;
    link._get_drain = () => this.#giveBackCredit();
    link.on('sender_flow', () => this.wake());
    for (const outcome of ['accepted', 'released', 'modified', 'rejected'] as const) {
      link.on(outcome, ({ delivery }: LinkContext<SendingLink>) =>
        this.#settle(delivery, settlementOf(outcome, delivery)),
      );
    }
    link.on('settled', ({ delivery }: LinkContext<SendingLink>) => this.#forget(delivery));
    queue.attach(this);
    this.wake();
  }

  wake(): void {
    this.#queue.wake(this);
  }

  demand(): number {
    if (!this.#link.is_open() || this.#isCongested()) return 0;
    return Math.max(
      0,
      Math.min(this.#link.credit - this.#unsent(), this.#link.session.outgoing.deliveries.available()),
    );
  }

  deliver(message: DeliveredMessage): void {
    if (!this.#link.is_open()) return;
    const tag = deliveryTag(message.lock?.token ?? newToken());
    const delivery = this.#link.send(encodeMessage(message), tag, 0);
    this.#handedOver++;
    if (message.lock) this.#tokens.set(delivery, message.lock.token);
  }

  exhausted(): void {
    if (!this.#link._draining || this.#unsent() > 0 || !this.#link.is_open()) return;
    this.#link._draining = false;
    this.#drained = true;
    this.#link.issue_flow = true;
    this.#link.connection._register();
  }

  /** The link is gone. Its messages stay locked until their locks end, as in Azure; a session is free at once. */
  close(): void {
    this.#queue.detach(this);
    if (this.#session) this.#queue.sessions?.release(this.#session);
    for (const delivery of this.#tokens.keys()) this.#forget(delivery);
  }

  #unsent(): number {
    return this.#handedOver + this.#drainedCredit - this.#link.delivery_count;
  }

  /** rhea asks before it writes a flow whether it says "drained"; the answer must be yes even when no credit was left. */
  #giveBackCredit(): boolean {
    if (!this.#drained) return false;
    this.#drained = false;
    this.#drainedCredit += this.#link.credit;
    this.#link.delivery_count += this.#link.credit;
    this.#link.credit = 0;
    return true;
  }

  #settle(delivery: LinkDelivery, settle: Settle): void {
    const token = this.#tokens.get(delivery);
    if (token === undefined) return;
    this.#tokens.delete(delivery);
    try {
      settle(this.#queue, token);
      this.#broker.store.afterCommit(() => this.#answer(delivery, ACCEPTED));
    } catch (error) {
      this.#answer(delivery, rejected(amqpError(error)));
    }
  }

  #answer(delivery: LinkDelivery, state: unknown): void {
    delivery.update(true, state);
    delivery.remote_settled = true;
  }

  /** The client has nothing more to say about a delivery: rhea may drop it. */
  #forget(delivery: LinkDelivery): void {
    if (!this.#tokens.delete(delivery)) return;
    delivery.settled = true;
    delivery.remote_settled = true;
  }
}
