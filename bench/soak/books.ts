import type { TaskEvent } from '../../contracts/task-event.ts';
import type { Work } from './work.ts';

const lastKinds: readonly string[] = ['completed', 'dead-lettered', 'cancelled', 'expired'];

/** Every task that was accepted, and how it ended, by the events that the API gives out. */
export class Books {
  readonly #works = new Map<string, Work>();
  /** Kinds of its last events: each task must have exactly one. */
  readonly #ends = new Map<string, string[]>();
  readonly #refusals = new Map<string, number>();
  readonly submitMs: number[] = [];

  accepted(id: string, work: Work, milliseconds: number): void {
    this.#works.set(id, work);
    this.submitMs.push(milliseconds);
  }

  refused(reason: string): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
  }

  heard(events: readonly TaskEvent[]): void {
    for (const { taskId, kind } of events)
      if (lastKinds.includes(kind)) this.#ends.set(taskId, [...(this.#ends.get(taskId) ?? []), kind]);
  }

  /** Tasks that have not ended. */
  get open(): string[] {
    return [...this.#works.keys()].filter((id) => !this.#ends.has(id));
  }

  totals() {
    const ended = [...this.#works].map(([id, { ends }]) => ({ ends, found: this.#ends.get(id) ?? [] }));
    return {
      accepted: this.#works.size,
      refused: [...this.#refusals].map(([reason, times]) => `${times} × ${reason}`).join(', ') || 0,
      lost: ended.filter(({ found }) => found.length === 0).length,
      doubled: ended.filter(({ found }) => found.length > 1).length,
      'ended otherwise than meant': ended.filter(({ ends, found }) => found.some((kind) => kind !== ends)).length,
    };
  }
}

/** The value below which that share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
