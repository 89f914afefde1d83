import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { check } from './encoding.ts';
import { Latency } from './latency.ts';

/** The largest frame we take, announced in our `open`; Service Bus has the same. */
export const MAX_FRAME_SIZE = 64 * 1024;
const PROTOCOL_HEADER = Buffer.from('AMQP');
const HEADER_SIZE = 8;
const SMALLEST_FRAME = 8;

/**
 * Stands between a socket and rhea. Towards rhea: whole frames only, each of a size and an encoding that rhea can take.
 * Towards the socket: what is written in one turn leaves in one go.
 */
export class GuardedSocket extends EventEmitter {
  readonly #socket: Socket;
  readonly #latency: Latency;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #wanted = HEADER_SIZE;
  #corked = false;

  /** @param latency ms for which what is written is held back */
  constructor(socket: Socket, latency: () => number) {
    super();
    this.#socket = socket;
    this.#latency = new Latency(latency);
    socket.on('data', (bytes) => this.#take(bytes));
    // After an error or the end comes a close; rhea may have stopped listening by then.
    socket.on('error', () => undefined);
    socket.on('close', () => this.emit('end'));
  }

  /** Bytes that the peer has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer): void {
    this.#latency.pass(() => this.#send(bytes));
  }

  #send(bytes: Buffer): void {
    if (!this.#socket.writable) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }

  end(): void {
    this.#latency.pass(() => this.#socket.end());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  setNoDelay(on: boolean): void {
    this.#socket.setNoDelay(on);
  }

  #take(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes < this.#wanted) return;
    const buffer = this.#pending.length === 1 ? bytes : Buffer.concat(this.#pending);
    const whole = this.#wholeFrames(buffer);
    if (whole === undefined) return this.#refuse();
    this.#pending = whole < buffer.length ? [buffer.subarray(whole)] : [];
    this.#pendingBytes = buffer.length - whole;
    if (whole > 0) this.emit('data', buffer.subarray(0, whole));
  }

  /** How many bytes make whole, sound frames; undefined when what comes next can be none. */
  #wholeFrames(buffer: Buffer): number | undefined {
    let offset = 0;
    while (buffer.length - offset >= SMALLEST_FRAME) {
      const size = frameSize(buffer, offset);
      if (size === undefined) return undefined;
      this.#wanted = size;
      if (offset + size > buffer.length) return offset;
      if (!isSound(buffer.subarray(offset, offset + size))) return undefined;
      offset += size;
    }
    this.#wanted = SMALLEST_FRAME;
    return offset;
  }

  #refuse(): void {
    this.#pending = [];
    this.#wanted = Infinity;
    this.emit('malformed');
  }
}

function isProtocolHeader(buffer: Buffer, offset: number): boolean {
  return buffer.compare(PROTOCOL_HEADER, 0, PROTOCOL_HEADER.length, offset, offset + PROTOCOL_HEADER.length) === 0;
}

function frameSize(buffer: Buffer, offset: number): number | undefined {
  if (isProtocolHeader(buffer, offset)) return HEADER_SIZE;
  const size = buffer.readUInt32BE(offset);
  return size < SMALLEST_FRAME || size > MAX_FRAME_SIZE ? undefined : size;
}

/** Looks through a frame's performative; a transfer's payload behind it is looked at when the message is whole. */
function isSound(frame: Buffer): boolean {
  if (isProtocolHeader(frame, 0)) return true;
  const start = (frame[4] ?? 0) * 4;
  if (start < SMALLEST_FRAME || start > frame.length) return false;
  if (start === frame.length) return true;
  try {
    check(frame, start);
    return true;
  } catch {
    return false;
  }
}
