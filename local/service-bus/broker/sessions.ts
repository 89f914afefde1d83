import { Backlog } from './backlog.ts';
import { Alarm, type Clock } from './clock.ts';
import { ServiceBusError } from './errors.ts';
import type { MessageTable } from './message-table.ts';
import { Outlet } from './outlet.ts';

/** Who holds a session, or wants one. */
export interface SessionHolder {
  /** By what it says that it is the holder. */
  readonly name: string;
  /** Its lock ended. */
  lost(): void;
}

/** A session while someone holds it. */
export interface Session {
  readonly id: string;
  readonly outlet: Outlet;
  readonly holder: SessionHolder;
  lockedUntil: number;
}

export interface SessionOptions {
  readonly table: MessageTable;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly lockDuration: number;
  /** Takes the messages of a session back from its holder, after the session ended. */
  readonly giveBack: (sessionId: string) => void;
}

interface Waiting {
  readonly holder: SessionHolder;
  readonly granted: (session: Session | undefined) => void;
  readonly stopTimer: () => void;
}

/**
 * The sessions of one queue or subscription. Locks live in memory; the state is durable.
 * Invariants: `#held` is in the order in which the locks end, because all last equally long and a renewed one moves to the end.
 * No session that nobody holds has an available message below `#from`: so nobody looks twice through what the held ones have.
 */
export class Sessions {
  readonly #options: SessionOptions;
  readonly #held = new Map<string, Session>();
  readonly #waiting = new Set<Waiting>();
  readonly #alarm: Alarm;
  #from = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.#endLocks());
  }

  /** @throws ServiceBusError session-cannot-be-locked when someone else holds it */
  accept(id: string, holder: SessionHolder): Session {
    if (this.#held.has(id)) {
      throw new ServiceBusError(
        'com.microsoft:session-cannot-be-locked',
        `The requested session '${id}' cannot be accepted. It may be locked by another receiver.`,
      );
    }
    const outlet = new Outlet(new Backlog(this.#options.table.sessionMessages(id)));
    const session = { id, outlet, holder, lockedUntil: 0 };
    this.#prolong(session);
    return session;
  }

  /**
   * Waits up to `timeout` ms for a session that has messages and that nobody holds: of several the one with the oldest message, so
   * that none starves. `granted` gets undefined when none came.
   * @returns what calls the waiting off
   */
  acceptNext(timeout: number, holder: SessionHolder, granted: Waiting['granted']): () => void {
    const giveUp = () => {
      this.#waiting.delete(waiting);
      granted(undefined);
    };
    const waiting: Waiting = { holder, granted, stopTimer: this.#options.clock.after(timeout, giveUp) };
    this.#waiting.add(waiting);
    this.#grantLater();
    return () => this.#stopWaiting(waiting);
  }

  /** A message of a session that nobody holds became available. */
  offered(sequenceNumber: number): void {
    this.#from = Math.min(this.#from, sequenceNumber);
    if (this.#waiting.size > 0) this.#grantLater();
  }

  outlet(id: string | null): Outlet | undefined {
    return id === null ? undefined : this.#held.get(id)?.outlet;
  }

  /** The session, if somebody holds it: who says `holderName` must be the one. @throws ServiceBusError session-lock-lost */
  held(id: string | null, holderName?: string): Session {
    const session = id === null ? undefined : this.#held.get(id);
    if (session && (holderName === undefined || session.holder.name === holderName)) return session;
    throw sessionLockLost(id);
  }

  /** Prolongs the lock; returns when it ends now (ms since 1970). */
  renew(session: Session): number {
    this.#prolong(session);
    return session.lockedUntil;
  }

  /** The holder lets go. */
  release(session: Session): void {
    if (this.#held.get(session.id) !== session) return;
    this.#held.delete(session.id);
    this.#options.giveBack(session.id);
    const [oldest] = this.#options.table.sessionMessages(session.id).above(0, 1);
    if (oldest) this.offered(oldest.sequenceNumber);
  }

  /** A fault: locks end before their time, all or those of the sessions with these IDs. */
  loseLocks(ids?: readonly (string | null)[]): void {
    for (const session of [...this.#held.values()]) if (!ids || ids.includes(session.id)) this.#lose(session);
  }

  state({ id }: Session): Buffer | null {
    return this.#options.table.sessionState(id);
  }

  /** Durable after the store's next commit; null clears it. */
  setState({ id }: Session, state: Buffer | null): void {
    this.#options.table.setSessionState(id, state, this.#options.clock.now());
  }

  /** IDs of sessions whose state changed after `since` (ms since 1970), or that hold messages when it is left out. */
  list(since: number | undefined, skip: number, top: number): string[] {
    return this.#options.table.sessionIds(since, skip, top);
  }

  close(): void {
    this.#alarm.off();
    for (const waiting of this.#waiting) this.#stopWaiting(waiting);
  }

  #prolong(session: Session): void {
    session.lockedUntil = this.#options.clock.now() + this.#options.lockDuration;
    this.#held.delete(session.id);
    this.#held.set(session.id, session);
    this.#alarm.setFor(session.lockedUntil);
  }

  #endLocks(): void {
    const now = this.#options.clock.now();
    for (const session of this.#held.values()) {
      if (session.lockedUntil > now) return this.#alarm.setFor(session.lockedUntil);
      this.#lose(session);
    }
  }

  #lose(session: Session): void {
    this.release(session);
    session.holder.lost();
  }

  /** Only after the commit: nobody may hold a session for a message that is not durable. */
  #grantLater(): void {
    this.#options.table.store.afterCommit(() => this.#grant());
  }

  #grant(): void {
    for (const waiting of this.#waiting) {
      const next = this.#options.table.nextSession(this.#from, [...this.#held.keys()]);
      this.#from = next?.sequenceNumber ?? Infinity;
      if (!next) return;
      this.#stopWaiting(waiting);
      waiting.granted(this.accept(next.id, waiting.holder));
    }
  }

  #stopWaiting(waiting: Waiting): void {
    waiting.stopTimer();
    this.#waiting.delete(waiting);
  }
}

export function sessionLockLost(id: string | null): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:session-lock-lost',
    `The session lock was lost: session '${id ?? ''}' is not held. Accept it again.`,
  );
}
