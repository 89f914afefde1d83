import { appendFileSync } from 'node:fs';
import type { Entry } from '../history.ts';

/** Keeps the history, and writes each entry as a line of JSON as soon as it is known. */
export class Recorder {
  readonly entries: Entry[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  record(entry: Entry): void {
    this.entries.push(entry);
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}
