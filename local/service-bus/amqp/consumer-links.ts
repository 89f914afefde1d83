import type { Broker } from '../broker/broker.ts';
import type { Queue } from '../broker/queue.ts';
import { type Session, type SessionHolder, sessionLockLost } from '../broker/sessions.ts';
import { ConsumerLink } from './consumer-link.ts';
import { refuseLink } from './link-error.ts';
import type { LinkSession, SendingLink } from './rhea.ts';
import {
  announceSession,
  checkSessionUse,
  holdBack,
  noFreeSession,
  requestedSession,
  waitOf,
} from './session-attach.ts';

/** The links of one connection on which a client receives, or waits for a session to receive from. */
export class ConsumerLinks {
  readonly #broker: Broker;
  readonly #isCongested: () => boolean;
  readonly #open = new Map<SendingLink, ConsumerLink>();
  /** What calls each waiting off. */
  readonly #waiting = new Map<SendingLink, () => void>();

  /** @param isCongested true while the peer takes too little of what was sent to it */
  constructor(broker: Broker, isCongested: () => boolean) {
    this.#broker = broker;
    this.#isCongested = isCongested;
  }

  /** @throws ServiceBusError when the entity is missing, or its sessions are not used as they must be */
  add(link: SendingLink, address: string): void {
    const queue = this.#broker.source(address);
    const requested = requestedSession(link);
    checkSessionUse(queue, requested);
    const holder = { name: link.name, lost: () => refuseLink(link, sessionLockLost(requested ?? null)) };
    if (requested === null) this.#wait(link, queue, holder);
    else this.#consume(link, queue, requested === undefined ? undefined : queue.sessions?.accept(requested, holder));
  }

  close(link: SendingLink): void {
    this.#open.get(link)?.close();
    this.#open.delete(link);
    const stopWaiting = this.#waiting.get(link);
    if (!stopWaiting) return;
    stopWaiting();
    this.#waiting.delete(link);
    // A link that was never answered is attached first, so that its detach is understood.
    link.attach();
  }

  /** Lets go of all, or of those of one session of the connection. */
  closeAll(session?: LinkSession): void {
    for (const link of [...this.#open.keys(), ...this.#waiting.keys()]) {
      if (session === undefined || link.session === session) this.close(link);
    }
  }

  wake(): void {
    for (const consumer of this.#open.values()) consumer.wake();
  }

  #wait(link: SendingLink, queue: Queue, holder: SessionHolder): void {
    holdBack(link);
    const stop = queue.sessions?.acceptNext(waitOf(link), holder, (session) => {
      this.#waiting.delete(link);
      if (!session) return refuseLink(link, noFreeSession());
      this.#consume(link, queue, session);
      link.attach();
    });
    if (stop) this.#waiting.set(link, stop);
  }

  #consume(link: SendingLink, queue: Queue, session?: Session): void {
    if (session) announceSession(link, session);
    else link.set_source(link.source);
    link.set_target(link.target);
    this.#open.set(link, new ConsumerLink(link, queue, this.#broker, this.#isCongested, session));
  }
}
