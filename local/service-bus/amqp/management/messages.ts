import { readMessage } from '../incoming-message.ts';
import { encodeMessage } from '../outgoing-message.ts';
import { types } from '../rhea.ts';
import { integer, invalid, list, longs, type Operation, sequenceNumbers, string } from './operation.ts';

/** An answer ends at the first of both; clients ask again from there. */
const MOST_PEEKED = 250;
const MOST_PEEKED_BYTES = 1024 * 1024;

const peekMessage: Operation = ({ broker, path, body }) => {
  const limit = Math.min(integer(body, 'message-count'), MOST_PEEKED);
  const sessionId = (body['session-id'] ?? null) === null ? null : string(body, 'session-id');
  const messages = broker.source(path).peek(integer(body, 'from-sequence-number'), limit, sessionId);
  if (messages.length === 0) return { code: 204 };
  let bytes = 0;
  const fitting = messages.filter(
    ({ content }, index) => (bytes += content.length) <= MOST_PEEKED_BYTES || index === 0,
  );
  return { body: { messages: fitting.map((message) => ({ message: encodeMessage(message) })) } };
};

const receiveBySequenceNumber: Operation = ({ broker, path, body }) => {
  const mode = body['receiver-settle-mode'] === 0 ? 'receive-and-delete' : 'peek-lock';
  const messages = broker.source(path).deliveries.receiveDeferred(sequenceNumbers(body), mode);
  return {
    body: {
      messages: messages.map((message) => {
        if (!message.lock) return { message: encodeMessage(message) };
        const lockToken = types.wrap_uuid(Buffer.from(message.lock.token, 'hex'));
        return { message: encodeMessage(message, lockToken), 'lock-token': lockToken };
      }),
    },
  };
};

const scheduleMessage: Operation = ({ broker, path, body }) => {
  const messages = list(body, 'messages').map((item) => {
    const { message } = item as { message?: unknown };
    if (!Buffer.isBuffer(message)) throw invalid('messages');
    return readMessage(message);
  });
  return { body: { 'sequence-numbers': longs(broker.target(path).send(messages)) } };
};

const cancelScheduledMessage: Operation = ({ broker, path, body }) => {
  broker.target(path).cancelScheduled(sequenceNumbers(body));
  return {};
};

export const messageOperations = {
  'peek-message': peekMessage,
  'receive-by-sequence-number': receiveBySequenceNumber,
  'schedule-message': scheduleMessage,
  'cancel-scheduled-message': cancelScheduledMessage,
};
