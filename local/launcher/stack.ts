/** A running stack: its pieces under supervision, started in the order of need and ended in the reverse. */
import { messageOf } from '../failure.ts';
import type { Log } from './log.ts';
import { writeProcesses } from './processes-file.ts';
import type { ProcessInfo } from './processes-file.ts';
import { Supervisor } from './supervisor.ts';
import type { Piece } from './supervisor.ts';

export interface StackFacts {
  readonly url: string;
  readonly dataDir: string;
  readonly logFor: (name: string) => Log;
}

export class Stack {
  readonly #supervisors: readonly Supervisor[];
  readonly #facts: StackFacts;

  /** `pieces` in the order in which they end. */
  constructor(pieces: readonly Piece[], facts: StackFacts) {
    this.#facts = facts;
    const onChange = () => this.#record();
    this.#supervisors = pieces.map((piece) => new Supervisor(piece, { log: facts.logFor(piece.name), onChange }));
  }

  /** Resolves when all are ready. */
  async start(): Promise<void> {
    this.#record();
    await Promise.all(this.#supervisors.filter(({ piece }) => !piece.needsOthers).map(startNamed));
    await Promise.all(this.#supervisors.filter(({ piece }) => piece.needsOthers).map(startNamed));
  }

  async stop(): Promise<void> {
    for (const supervisor of this.#supervisors) await supervisor.stop();
  }

  kill(): void {
    for (const supervisor of this.#supervisors) supervisor.kill();
  }

  get names(): string[] {
    return this.#supervisors.map(({ piece }) => piece.name);
  }

  piece(name: string): Supervisor | undefined {
    return this.#supervisors.find(({ piece }) => piece.name === name);
  }

  #record(): void {
    const pieces: Record<string, ProcessInfo> = {};
    for (const { piece, pid = null, restarts } of this.#supervisors)
      pieces[piece.name] = { pid, ports: piece.ports, restarts };
    const { url, dataDir } = this.#facts;
    writeProcesses(dataDir, { url, launcher: { pid: process.pid }, pieces });
  }
}

async function startNamed(supervisor: Supervisor): Promise<void> {
  try {
    await supervisor.start();
  } catch (error) {
    throw new Error(`${supervisor.piece.name} did not start: ${messageOf(error)}`, { cause: error });
  }
}
