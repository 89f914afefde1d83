import type { Watcher } from './tcp-proxy.ts';

const newline = Buffer.from('\r\n');

/**
 * Counts commands in RESP (redis.io/docs/latest/develop/reference/protocol-spec), and flushes: what a client writes at once. The
 * commands of one flush share a round trip.
 */
export class RedisCounter {
  flushes = 0;
  readonly commands = new Map<string, number>();

  watch(): Watcher {
    const parse = createParser((name) => this.commands.set(name, (this.commands.get(name) ?? 0) + 1));
    return {
      toServer: (bytes) => {
        this.flushes += 1;
        parse(bytes);
      },
    };
  }
}

/** Calls `onCommand` with the name of each command, in upper case, as soon as the command is complete. */
function createParser(onCommand: (name: string) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (let read = readCommand(rest); read !== undefined; read = readCommand(rest)) {
      onCommand(read.name);
      rest = rest.subarray(read.end);
    }
  };
}

/** `*2\r\n$3\r\nGET\r\n$1\r\na\r\n`; undefined while incomplete. */
function readCommand(bytes: Buffer): { name: string; end: number } | undefined {
  const head = readLength(bytes, 0);
  if (head === undefined) return undefined;
  let { end } = head;
  let name = '';
  for (let part = 0; part < head.length; part += 1) {
    const argument = readLength(bytes, end);
    if (argument === undefined) return undefined;
    const stop = argument.end + argument.length;
    if (bytes.length < stop + newline.length) return undefined;
    if (part === 0) name = bytes.toString('latin1', argument.end, stop).toUpperCase();
    end = stop + newline.length;
  }
  return { name, end };
}

/** The number of a line like `*2` or `$3`, and where the next line starts. */
function readLength(bytes: Buffer, start: number): { length: number; end: number } | undefined {
  const stop = bytes.indexOf(newline, start);
  if (stop === -1) return undefined;
  return { length: Number(bytes.toString('latin1', start + 1, stop)), end: stop + newline.length };
}
