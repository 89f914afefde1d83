import { type HubProtocol, recordSeparator } from './hub-protocol.ts';
import { encodeRecord, jsonProtocol } from './json-protocol.ts';
import { messagePackProtocol } from './message-pack-protocol.ts';

const protocols = new Map([jsonProtocol, messagePackProtocol].map((protocol) => [protocol.name, protocol]));
/** Version 2 differs from version 1 in stateful reconnects only, which this service does not offer. */
const supportedVersion = 2;

/** The answer to a handshake, ready to be sent; without a protocol the handshake has failed. */
export interface Handshake {
  protocol?: HubProtocol;
  answer: Buffer;
  /** What followed the handshake request. */
  rest: Buffer;
}

/** Reads the first record that a client sends, `{"protocol":"json","version":1}`. Undefined while it is incomplete. */
export function readHandshake(data: Buffer): Handshake | undefined {
  const end = data.indexOf(recordSeparator);
  if (end < 0) return undefined;
  const rest = data.subarray(end + 1);
  const refuse = (error: string): Handshake => ({ answer: encodeRecord({ error }), rest });
  const request = parseRequest(data.toString('utf8', 0, end));
  if (!request) return refuse('An unexpected error occurred during connection handshake.');
  const protocol = protocols.get(request.protocol);
  if (!protocol) return refuse(`The protocol '${request.protocol}' is not supported.`);
  if (request.version > supportedVersion) {
    return refuse(`The server does not support version ${request.version} of the '${request.protocol}' protocol.`);
  }
  return { protocol, answer: encodeRecord({}), rest };
}

function parseRequest(text: string): { protocol: string; version: number } | undefined {
  try {
    const request = JSON.parse(text) as { protocol?: unknown; version?: unknown } | null;
    const { protocol, version } = request ?? {};
    return typeof protocol === 'string' && typeof version === 'number' ? { protocol, version } : undefined;
  } catch {
    return undefined;
  }
}
