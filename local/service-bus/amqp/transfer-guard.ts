import { ServiceBusError } from '../broker/errors.ts';
import type { Frame, ReceivingLink, ServerConnection } from './rhea.ts';

const NOTHING = Buffer.alloc(0);

const sizes = new WeakMap<ReceivingLink, number>();

/** Bytes of the message that a link received last, even where they were thrown away for being too many. */
export function receivedSize(link: ReceivingLink): number {
  return sizes.get(link) ?? 0;
}

/**
 * Looks at transfers and dispositions before rhea does:
 * - a message stays as encoded (rhea decodes those that say format 0, and leaves all others alone);
 * - a connection that sends more than it has credit for ends, and of a message over the limit only the limit is piled up;
 * - a disposition is cut to deliveries that exist, which rhea would otherwise count through one by one.
 */
export function guardTransfers(connection: ServerConnection, maxMessageSize: number): void {
  const onTransfer = connection.on_transfer.bind(connection);
  const onDisposition = connection.on_disposition.bind(connection);

  connection.on_transfer = (frame) => {
    const link = linkOf(connection, frame);
    if (frame.performative.message_format === 0) frame.performative.message_format = undefined;
    if (link) {
      checkCredit(link);
      const size = (link._incomplete ? (sizes.get(link) ?? 0) : 0) + (frame.payload?.length ?? 0);
      sizes.set(link, size);
      if (size > maxMessageSize) frame.payload = NOTHING;
    }
    onTransfer(frame);
  };

  connection.on_disposition = (frame) => {
    if (cutToKnown(connection, frame)) onDisposition(frame);
  };
}

function linkOf(connection: ServerConnection, { channel, performative }: Frame): ReceivingLink | undefined {
  return connection.remote_channel_map[channel]?.remote.handles[performative.handle];
}

function checkCredit(link: ReceivingLink): void {
  if (link._incomplete || link.credit > 0) return;
  throw new ServiceBusError('amqp:link:transfer-limit-exceeded', 'A message was sent without link credit.');
}

function cutToKnown(connection: ServerConnection, { channel, performative }: Frame): boolean {
  const session = connection.remote_channel_map[channel];
  const known = performative.role ? session?.outgoing.deliveries : session?.incoming.deliveries;
  const [oldest, newest] = [known?.get_head()?.id, known?.get_tail()?.id];
  if (oldest === undefined || newest === undefined) return false;
  const last = performative.last ?? performative.first;
  performative.first = Math.max(performative.first, oldest);
  performative.last = Math.min(last, newest);
  return performative.first <= performative.last;
}
