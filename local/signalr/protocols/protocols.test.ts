import { type HubMessage, JsonHubProtocol, MessageType, NullLogger } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import fc from 'fast-check';

import { readHandshake } from './handshake.ts';
import type { HubProtocol } from './hub-protocol.ts';
import { jsonProtocol } from './json-protocol.ts';
import { messagePackProtocol } from './message-pack-protocol.ts';

const pairs = [
  {
    ours: jsonProtocol,
    library: new JsonHubProtocol(),
    parse: (data: Buffer) => new JsonHubProtocol().parseMessages(data.toString(), NullLogger.instance),
  },
  {
    ours: messagePackProtocol,
    library: new MessagePackHubProtocol(),
    parse: (data: Buffer) =>
      new MessagePackHubProtocol().parseMessages(new Uint8Array(data).buffer, NullLogger.instance),
  },
];

/** The client library refuses this one key in MessagePack. */
const args = fc.array(fc.jsonValue()).filter((values) => !JSON.stringify(values).includes('__proto__'));
const ping: HubMessage = { type: MessageType.Ping };
const clientMessage = fc.oneof(
  fc.constant(ping),
  fc
    .record({ target: fc.string(), arguments: args })
    .map((call): HubMessage => ({ ...call, type: MessageType.Invocation, streamIds: [] })),
);

/** Reads the pieces as a connection does: what is left over is put before the next piece. */
function readTypes(protocol: HubProtocol, pieces: Buffer[]): number[] {
  let rest = Buffer.alloc(0);
  return pieces.flatMap((piece) => {
    const received = protocol.readMessages(Buffer.concat([rest, piece]));
    rest = Buffer.from(received.rest);
    return received.types;
  });
}

describe.each(pairs)('$ours.name', ({ ours, library, parse }) => {
  it('reads what the client library writes, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(clientMessage), fc.nat(400), (messages, cut) => {
        const data = Buffer.concat(messages.map((message) => Buffer.from(library.writeMessage(message) as string)));
        const types = readTypes(ours, [data.subarray(0, cut), data.subarray(cut)]);
        expect(types).toEqual(messages.map(({ type }) => type));
      }),
    );
  });

  it('writes what the client library reads', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), args, (target, values) => {
        const sent = JSON.parse(JSON.stringify(values)) as unknown[];
        expect(parse(ours.encodeInvocation(target, sent))).toMatchObject([
          { type: MessageType.Invocation, target, arguments: sent },
        ]);
      }),
    );
    expect(parse(ours.encodeClose('x'.repeat(300), true))).toMatchObject([
      { type: MessageType.Close, error: 'x'.repeat(300), allowReconnect: true },
    ]);
    expect(parse(ours.encodeClose(undefined, false))).toMatchObject([
      { type: MessageType.Close, allowReconnect: false },
    ]);
    expect(parse(ours.ping)).toEqual([ping]);
  });

  it('reads any bytes or refuses them with an error, and keeps no more than it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(ours.readMessages(Buffer.from(bytes)).rest.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

it('a handshake waits until it is complete, and leaves what follows', () => {
  const request = '{"protocol":"json","version":1}';
  expect(readHandshake(Buffer.from(request))).toBeUndefined();
  const handshake = readHandshake(Buffer.from(`${request}\u001erest`));
  expect(handshake?.protocol).toBe(jsonProtocol);
  expect(handshake?.rest.toString()).toBe('rest');
});
