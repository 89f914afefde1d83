/** `DATA/processes.json`: what runs now, under which PID and on which ports; for people, for tests, and for the next start. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Processes {
  /** Of the web app and the API. */
  readonly url: string;
  readonly launcher: { readonly pid: number };
  /** By name; `pid` is null between two runs of a piece. */
  readonly pieces: Readonly<Record<string, ProcessInfo>>;
}

export interface ProcessInfo {
  readonly pid: number | null;
  readonly ports: Readonly<Record<string, number>>;
  readonly restarts: number;
}

const fileIn = (dataDir: string) => join(dataDir, 'processes.json');

/** Replaced in one step: a reader never sees half of it. */
export function writeProcesses(dataDir: string, processes: Processes): void {
  const draft = `${fileIn(dataDir)}.new`;
  writeFileSync(draft, `${JSON.stringify(processes, null, 2)}\n`);
  renameSync(draft, fileIn(dataDir));
}

export function readProcesses(dataDir: string): Processes | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Processes;
  } catch {
    return undefined;
  }
}

export function removeProcesses(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}
