import { createHash } from 'node:crypto';
import { type DeadLetterGroup, deadLetterLimits } from '../../contracts/dead-letters.ts';
import { errorFingerprint } from './error-fingerprint.ts';
import type { DeadLetter } from './find-dead-letters.ts';

type Failure = Pick<DeadLetter, 'type' | 'code' | 'message'>;

const groupLength = 16;

/** Short and stable: the same for failures of the same type and code whose messages differ in numbers, IDs and quoted values. */
export function groupOf({ type, code, message }: Failure): string {
  return shortHash(fold({ type, code, message }));
}

function fold({ type, code, message }: Failure): string {
  return JSON.stringify([type, code, errorFingerprint(message)]);
}

function shortHash(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, groupLength);
}

interface Growing extends Failure {
  message: string;
  count: number;
  first: number;
  last: number;
  readonly times: number[];
}

/** A time that trends are drawn over. Milliseconds since 1970, `from` before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Counts dead letters by how they failed. */
export class DeadLetterGroups {
  readonly #groups = new Map<string, Growing>();
  /** Many dead letters have the very same message. */
  readonly #known = new Map<string, string>();

  add(letter: DeadLetter): void {
    const { type, code, message, at } = letter;
    const folded = this.#fold(letter);
    const known = this.#groups.get(folded);
    if (known === undefined) {
      this.#groups.set(folded, { type, code, message, count: 1, first: at, last: at, times: [at] });
      return;
    }
    known.count += 1;
    known.times.push(at);
    if (at > known.last) Object.assign(known, { last: at, message });
    known.first = Math.min(known.first, at);
  }

  /** Largest first. @param span over which each tells its trend; without it, none does */
  list(span?: Span): DeadLetterGroup[] {
    return [...this.#groups]
      .sort(([, a], [, b]) => b.count - a.count || b.last - a.last)
      .map(([folded, { first, last, times, ...group }]) => ({
        group: shortHash(folded),
        ...group,
        firstAt: iso(first),
        lastAt: iso(last),
        ...(span && { trend: trendOf(times, span) }),
      }));
  }

  #fold(letter: DeadLetter): string {
    const failure = `${letter.type}\n${letter.code}\n${letter.message}`;
    let folded = this.#known.get(failure);
    if (folded === undefined) this.#known.set(failure, (folded = fold(letter)));
    return folded;
  }
}

function trendOf(times: readonly number[], { from, to }: Span): number[] {
  const steps = deadLetterLimits.trendSteps;
  const counts = new Array<number>(steps).fill(0);
  const stepOf = (time: number) => Math.floor(((time - from) / (to - from)) * steps);
  for (const time of times) counts[Math.min(steps - 1, Math.max(0, stepOf(time)))]! += 1;
  return counts;
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
