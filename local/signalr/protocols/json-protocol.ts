import { type HubProtocol, messageType, type ReceivedMessages, recordSeparator } from './hub-protocol.ts';

export const jsonProtocol: HubProtocol = {
  name: 'json',
  transferFormat: 'Text',
  ping: encodeRecord({ type: messageType.ping }),
  encodeInvocation: (target, args) => encodeRecord({ type: messageType.invocation, target, arguments: args }),
  encodeClose: (error, allowReconnect) => encodeRecord({ type: messageType.close, error, allowReconnect }),
  readMessages(data): ReceivedMessages {
    const types: number[] = [];
    let start = 0;
    for (let end = data.indexOf(recordSeparator); end >= 0; end = data.indexOf(recordSeparator, start)) {
      types.push(readType(data.toString('utf8', start, end)));
      start = end + 1;
    }
    return { types, rest: data.subarray(start) };
  },
};

/** One JSON value with the separator after it. */
export function encodeRecord(value: object): Buffer {
  return Buffer.from(JSON.stringify(value) + String.fromCharCode(recordSeparator));
}

function readType(text: string): number {
  const message: unknown = JSON.parse(text);
  if (typeof message === 'object' && message !== null && 'type' in message && Number.isInteger(message.type))
    return message.type as number;
  throw new Error('A message has no type.');
}
