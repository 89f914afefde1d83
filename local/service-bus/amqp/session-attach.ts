import { ServiceBusError } from '../broker/errors.ts';
import type { Queue } from '../broker/queue.ts';
import type { Session } from '../broker/sessions.ts';
import { type SendingLink, types } from './rhea.ts';

const FILTER = 'com.microsoft:session-filter';
/** How long a client waits for a free session when it does not say, ms. */
const DEFAULT_TIMEOUT = 60_000;
/** .NET counts 100-nanosecond ticks from the year 1. */
const TICKS_AT_1970 = 621_355_968_000_000_000n;

/** What a client asks for when it attaches: a session by name, the next one that is free (null), or no session (undefined). */
export function requestedSession(link: SendingLink): string | null | undefined {
  const filter = link.source.filter as Record<string, unknown> | null | undefined;
  if (!filter || !(FILTER in filter)) return undefined;
  const value = filter[FILTER];
  // Some clients send the filter as a described value.
  const plain = value !== null && typeof value === 'object' && 'value' in value ? value.value : value;
  return typeof plain === 'string' ? plain : null;
}

/** @throws ServiceBusError amqp:not-allowed when sessions are asked for where there are none, or the other way round */
export function checkSessionUse(queue: Queue, requested: string | null | undefined): void {
  if (queue.sessions && requested === undefined) {
    throw new ServiceBusError(
      'amqp:not-allowed',
      'It is not possible for an entity that requires sessions to create a non-sessionful message receiver.',
    );
  }
  if (!queue.sessions && requested !== undefined) {
    throw new ServiceBusError(
      'amqp:not-allowed',
      'A sessionful message receiver cannot be created on an entity that does not require sessions. Ensure RequiresSession is set to true when creating a Queue or Subscription to enable sessionful behavior.',
    );
  }
}

export function waitOf(link: SendingLink): number {
  const timeout = (link.properties as Record<string, unknown> | undefined)?.['com.microsoft:timeout'];
  return typeof timeout === 'number' ? timeout : DEFAULT_TIMEOUT;
}

/** Keeps the answer to an attach back until `link.attach()`; rhea would give it at once. */
export function holdBack(link: SendingLink): void {
  link.state.local_open = false;
  link.state.open_requests = 0;
}

/** Says in the answer to the attach which session was accepted, and until when it is locked. */
export function announceSession(link: SendingLink, session: Session): void {
  const lockedUntil = Buffer.alloc(8);
  lockedUntil.writeBigInt64BE(BigInt(session.lockedUntil) * 10_000n + TICKS_AT_1970);
  link.local.attach.properties = { 'com.microsoft:locked-until-utc': types.wrap_long(lockedUntil) };
  link.set_source({ address: link.source.address, filter: { [FILTER]: session.id } });
}

export function noFreeSession(): ServiceBusError {
  return new ServiceBusError('com.microsoft:timeout', 'No session with messages became available in time.');
}
