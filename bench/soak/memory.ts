import { readFileSync } from 'node:fs';

/** Resident memory of processes over time, in MiB. */
export class MemoryLog {
  readonly #samples = new Map<string, { at: number; mebibytes: number }[]>();

  /** @param pids by the name of the process */
  sample(pids: Readonly<Record<string, number>>, at: number): void {
    for (const [name, pid] of Object.entries(pids)) {
      const mebibytes = residentMemory(pid);
      if (mebibytes === undefined) continue;
      const samples = this.#samples.get(name) ?? [];
      this.#samples.set(name, [...samples, { at, mebibytes }]);
    }
  }

  /** Mean of the first, the middle and the last tenth of the time from `start` to `end`, and the highest sample. */
  table(start: number, end: number): { process: string; first: number; middle: number; last: number; max: number }[] {
    const tenth = (end - start) / 10;
    return [...this.#samples].map(([process, samples]) => {
      const mean = (tenths: number) => {
        const from = start + tenths * tenth;
        const some = samples.filter(({ at }) => at >= from && at <= from + tenth).map(({ mebibytes }) => mebibytes);
        return Math.round(some.reduce((sum, each) => sum + each, 0) / some.length);
      };
      const max = Math.round(Math.max(...samples.map(({ mebibytes }) => mebibytes)));
      return { process, first: mean(0), middle: mean(4.5), last: mean(9), max };
    });
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html; undefined when the process has ended. */
function residentMemory(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
  } catch {
    return undefined;
  }
}
