import { splitter, type Splitter } from './splitter.ts';

/** Descriptors of performatives and delivery states. AMQP 1.0, parts 2.7 and 3.4. */
const [attach, transfer, disposition] = [0x12, 0x14, 0x15];
const outcomes: Readonly<Record<number, string>> = {
  0x24: 'complete',
  0x25: 'dead-letter',
  0x26: 'release',
  0x27: 'abandon',
};
/** Operations that change nothing: asked for at any time, by timers. */
const idle = /put-token|peek-message|renew-lock|renew-session-lock/;

/** Frames, one part each. Sent messages, settlements and requests that change something are operations. */
export function amqpFrames(): Splitter {
  const links = new Map<string, string>();
  const side = new Set<number>();
  return splitter((bytes) => {
    if (bytes.length < 8) return undefined;
    // The protocol header comes before the first frame.
    if (bytes.toString('latin1', 0, 4) === 'AMQP') return { bytes: bytes.subarray(0, 8) };
    const length = bytes.readUInt32BE(0);
    if (bytes.length < length) return undefined;
    const frame = bytes.subarray(0, length);
    const operation = readOperation(frame, links, side);
    return operation === undefined ? { bytes: frame } : { bytes: frame, operation: `amqp ${operation}` };
  });
}

function readOperation(frame: Buffer, links: Map<string, string>, side: Set<number>): string | undefined {
  const [body, channel] = [frame[4]! * 4, frame.readUInt16BE(6)];
  // Not AMQP but SASL, or empty: a sign of life.
  if (frame[5] !== 0 || frame.length <= body) return undefined;
  const fields = body + 3 + (frame[body + 3] === 0xd0 ? 9 : 3);
  switch (frame[body + 2]) {
    case attach: {
      const { text, next } = readName(frame, fields);
      const address = /\$cbs|\$management/.exec(frame.toString('latin1', next))?.[0] ?? text;
      links.set(`${channel}:${readHandle(frame, next)}`, address);
      if (address.startsWith('$')) side.add(channel);
      return undefined;
    }
    case transfer: {
      const link = links.get(`${channel}:${readHandle(frame, fields)}`) ?? '';
      if (!link.startsWith('$')) return 'send';
      const request = /put-token|com\.microsoft:([a-z-]+)/.exec(frame.toString('latin1'))?.[0] ?? 'request';
      return idle.test(request) ? undefined : request;
    }
    case disposition:
      return side.has(channel) ? undefined : outcomeOf(frame, fields);
    default:
      return undefined;
  }
}

function readName(frame: Buffer, at: number): { text: string; next: number } {
  const [start, length] = frame[at] === 0xb1 ? [at + 5, frame.readUInt32BE(at + 1)] : [at + 2, frame[at + 1]!];
  return { text: frame.toString('utf8', start, start + length), next: start + length };
}

function readHandle(frame: Buffer, at: number): number {
  if (frame[at] === 0x43) return 0;
  return frame[at] === 0x52 ? frame[at + 1]! : frame.readUInt32BE(at + 1);
}

function outcomeOf(frame: Buffer, from: number): string {
  const state = frame.indexOf(Buffer.from([0x00, 0x53]), from);
  return (state < 0 ? undefined : outcomes[frame[state + 2]!]) ?? 'settle';
}
