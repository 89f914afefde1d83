import { ServiceBusError } from '../broker/errors.ts';

/**
 * Finds its way through encoded AMQP values without building them, and refuses what does not add up before anyone builds it.
 * @see OASIS AMQP 1.0, part 1: types
 */

const DESCRIBED = 0x00;
/** Deep enough for every message in earnest; keeps recursion bounded. */
const DEEPEST = 32;
/** Width in bytes of fixed-width values, by the upper half of the format code. */
const FIXED_WIDTH: Readonly<Record<number, number>> = { 0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16 };

export function malformed(what: string): ServiceBusError {
  return new ServiceBusError('amqp:decode-error', `The AMQP encoding is malformed: ${what}.`);
}

/** The offset after the value at `offset`, looking only at its outermost size. @throws ServiceBusError amqp:decode-error */
export function skip(bytes: Buffer, offset: number, depth = 0): number {
  if (depth > DEEPEST) throw malformed('values are nested too deeply');
  const code = byteAt(bytes, offset);
  if (code === DESCRIBED) return skip(bytes, skip(bytes, offset + 1, depth + 1), depth + 1);
  const kind = code >>> 4;
  const fixed = FIXED_WIDTH[kind];
  const end = fixed === undefined ? offset + sizedWidth(bytes, offset, kind) : offset + 1 + fixed;
  if (end > bytes.length) throw malformed('a value runs past the end');
  return end;
}

/** Like `skip`, but looks into every list, map and array too. */
export function check(bytes: Buffer, offset: number, depth = 0): number {
  const end = skip(bytes, offset, depth);
  const code = byteAt(bytes, offset);
  const kind = code >>> 4;
  if (code === DESCRIBED) {
    check(bytes, check(bytes, offset + 1, depth + 1), depth + 1);
  } else if (kind === 0xc || kind === 0xd) {
    const { first, count } = compound(bytes, offset);
    let at = first;
    for (let item = 0; item < count; item++) at = check(bytes, at, depth + 1);
    if (at !== end) throw malformed('a list or map does not fill its size');
  } else if (kind === 0xe || kind === 0xf) {
    checkArray(bytes, offset, end);
  }
  return end;
}

/** Where the items of the list or map at `offset` begin, and how many there are. */
export function compound(bytes: Buffer, offset: number): { first: number; count: number } {
  const kind = byteAt(bytes, offset) >>> 4;
  if (kind === 0x4) return { first: offset + 1, count: 0 };
  if (kind === 0xc) return { first: offset + 3, count: byteAt(bytes, offset + 2) };
  if (kind !== 0xd || offset + 9 > bytes.length) throw malformed('a list or map was expected');
  return { first: offset + 9, count: bytes.readUInt32BE(offset + 5) };
}

/** The bytes of the string, symbol or binary at `offset`; undefined when it is something else, null included. */
export function textAt(bytes: Buffer, offset: number): string | undefined {
  const code = byteAt(bytes, offset);
  if (code === 0xa1 || code === 0xa3) return bytes.toString('utf8', offset + 2, skip(bytes, offset));
  if (code === 0xb1 || code === 0xb3) return bytes.toString('utf8', offset + 5, skip(bytes, offset));
  return undefined;
}

/** The whole number (ubyte, uint, ulong, long, timestamp) at `offset`; undefined when it is something else. */
export function numberAt(bytes: Buffer, offset: number): number | undefined {
  const end = skip(bytes, offset);
  switch (byteAt(bytes, offset)) {
    case 0x43:
    case 0x44:
      return 0;
    case 0x50:
    case 0x52:
    case 0x53:
      return bytes[end - 1];
    case 0x70:
      return bytes.readUInt32BE(offset + 1);
    case 0x80:
      return Number(bytes.readBigUInt64BE(offset + 1));
    case 0x55:
      return bytes.readInt8(offset + 1);
    case 0x81:
    case 0x83:
      return Number(bytes.readBigInt64BE(offset + 1));
    default:
      return undefined;
  }
}

export function isNull(bytes: Buffer, offset: number): boolean {
  return bytes[offset] === 0x40;
}

function byteAt(bytes: Buffer, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw malformed('a value runs past the end');
  return byte;
}

/** Length of a variable-width, compound or array value, its format code included. */
function sizedWidth(bytes: Buffer, offset: number, kind: number): number {
  if (kind < 0xa) throw malformed(`there is no type ${kind}`);
  if (kind % 2 === 0) return 2 + byteAt(bytes, offset + 1);
  if (offset + 5 > bytes.length) throw malformed('a value runs past the end');
  return 5 + bytes.readUInt32BE(offset + 1);
}

/** Elements without width would let a few bytes announce billions of them. */
function checkArray(bytes: Buffer, offset: number, end: number): void {
  const large = byteAt(bytes, offset) >>> 4 === 0xf;
  const constructorAt = offset + (large ? 9 : 3);
  if (constructorAt >= end) throw malformed('an array has no element type');
  const count = large ? bytes.readUInt32BE(offset + 5) : byteAt(bytes, offset + 2);
  if (count > end - offset) throw malformed('an array announces more elements than it has');
}
