import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';

import { type HubProtocol, messageType, type ReceivedMessages } from './hub-protocol.ts';

const library = new MessagePackHubProtocol();

export const messagePackProtocol: HubProtocol = {
  name: 'messagepack',
  transferFormat: 'Binary',
  ping: Buffer.from(library.writeMessage({ type: messageType.ping })),
  encodeInvocation: (target, args) =>
    Buffer.from(library.writeMessage({ type: messageType.invocation, target, arguments: args, streamIds: [] })),
  encodeClose,
  readMessages(data): ReceivedMessages {
    const types: number[] = [];
    let start = 0;
    for (let next = readLength(data, start); next && next.end <= data.length; next = readLength(data, start)) {
      types.push(readType(data.subarray(next.start, next.end)));
      start = next.end;
    }
    return { types, rest: data.subarray(start) };
  },
};

/** `[7, error, allowReconnect]`, written by hand: the client library's encoder leaves error and allowReconnect out. */
function encodeClose(error: string | undefined, allowReconnect: boolean): Buffer {
  const body = Buffer.concat([
    Buffer.from([0x93, messageType.close]),
    encodeText(error),
    Buffer.from([allowReconnect ? 0xc3 : 0xc2]),
  ]);
  return Buffer.concat([encodeLength(body.length), body]);
}

function encodeText(text: string | undefined): Buffer {
  if (text === undefined) return Buffer.from([0xc0]);
  const utf8 = Buffer.from(text);
  const header = Buffer.from([0xdb, 0, 0, 0, 0]);
  header.writeUInt32BE(utf8.length, 1);
  return Buffer.concat([header, utf8]);
}

function encodeLength(length: number): Buffer {
  const bytes: number[] = [];
  for (let left = length; ; left >>>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left]);
    bytes.push((left & 0x7f) | 0x80);
  }
}

/** Each message is preceded by its length in 7-bit groups, the lowest first, 5 bytes at most. */
function readLength(data: Buffer, offset: number): { start: number; end: number } | undefined {
  let length = 0;
  for (let index = 0; index < 5; index++) {
    const byte = data[offset + index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { start: offset + index + 1, end: offset + index + 1 + length };
  }
  throw new Error('A message length has more than 5 bytes.');
}

/** A message is an array that starts with its type. Nothing else is decoded, so no length in it can cost memory. */
function readType(message: Buffer): number {
  const type = message[arrayHeaderLength(message[0])];
  if (type === undefined || type > 0x7f) throw new Error('A message has no type.');
  return type;
}

function arrayHeaderLength(byte: number | undefined): number {
  if (byte !== undefined && byte >= 0x91 && byte <= 0x9f) return 1;
  if (byte === 0xdc) return 3;
  if (byte === 0xdd) return 5;
  throw new Error('A message is no array.');
}
