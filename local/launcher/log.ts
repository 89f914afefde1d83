/** Readable log lines: `12:03:04 host       | text`, one colour per piece on a terminal. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export type Log = (line: string) => void;

/** ANSI colours that read well on light and on dark: cyan, magenta, green, yellow, blue. */
const colours = [36, 35, 32, 33, 34];

export interface LogOptions {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly now: () => Date;
}

/** Returns a maker of logs, one for each name. */
export function prefixedLogs({ out, now }: LogOptions): (name: string) => Log {
  const names: string[] = [];
  return (name) => {
    if (!names.includes(name)) names.push(name);
    const colour = colours[names.indexOf(name) % colours.length];
    const label = out.isTTY ? `\x1b[${colour}m${name.padEnd(9)}|\x1b[0m` : `${name.padEnd(9)}|`;
    return (line) => out.write(`${now().toTimeString().slice(0, 8)} ${label} ${line}\n`);
  };
}

export function logLines(stream: Readable | null, log: Log): void {
  if (stream) createInterface({ input: stream }).on('line', log);
}
