/** The mixed load: what is submitted, in a fixed rotation, so that two runs are comparable. */

export interface Work {
  readonly kind: string;
  readonly type: string;
  readonly payload: unknown;
  /** More fields of the submission. */
  readonly more?: object;
  /** The state in which it must end. */
  readonly ends: 'completed' | 'dead-lettered' | 'cancelled';
}

const csv = `day,city,degrees\n${Array.from({ length: 2_000 }, (_, row) => `2026-01-${(row % 28) + 1},Oslo,${row % 31}\n`).join('')}`;

/** Of 100 tasks. */
const mix: readonly [share: number, make: (turn: number, now: number) => Work][] = [
  [60, (turn) => ({ kind: 'quick', type: 'echo', payload: { message: turn }, ends: 'completed' })],
  [15, (turn) => ({ kind: 'slow', type: 'echo', payload: { message: turn, delayMs: 600 }, ends: 'completed' })],
  [10, (turn) => ({ kind: 'retried', type: 'echo', payload: { message: turn, failures: 2 }, ends: 'completed' })],
  [5, () => ({ kind: 'CSV of 38 kB', type: 'summarize-csv', payload: { csv }, ends: 'completed' })],
  [
    5,
    (turn, now) => ({
      kind: 'scheduled',
      type: 'echo',
      payload: { message: turn },
      more: { scheduledFor: new Date(now + 2_000).toISOString() },
      ends: 'completed',
    }),
  ],
  [
    3,
    (turn, now) => ({
      kind: 'cancelled',
      type: 'echo',
      payload: { message: turn },
      more: { scheduledFor: new Date(now + 3_600_000).toISOString() },
      ends: 'cancelled',
    }),
  ],
  [
    2,
    (turn) => ({ kind: 'failing', type: 'echo', payload: { message: turn, permanent: true }, ends: 'dead-lettered' }),
  ],
];

const rotation = mix.flatMap(([share, make]) => Array.from({ length: share }, () => make));

/** 37 has no divisor in common with 100: each kind comes in its share, and they come mixed. */
export function workFor(turn: number, now: number): Work {
  const make = rotation[(turn * 37) % rotation.length];
  if (!make) throw new Error('The rotation is empty.');
  return make(turn, now);
}
