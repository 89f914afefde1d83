import type { Task } from '../../../../contracts/task.ts';
import { isEnded } from '../../../../client/index.ts';
import { type Attempt, attemptsOf } from '../live/attempts.ts';
import type { Submission } from './submissions.ts';

export type HopState = 'ahead' | 'active' | 'done';

/** A part of the way: whether it has been gone, and how long it took, in milliseconds. */
export interface Hop {
  readonly state: HopState;
  readonly ms?: number;
}

/** The way of one task, as far as it has been gone. */
export interface Journey {
  /** Click → the task stands in Redis. */
  readonly stored: Hop;
  /** In Redis → Service Bus has the ID. */
  readonly queued: Hop;
  /** In the queue → ProcessQueue has it. */
  readonly taken: Hop;
  readonly attempts: readonly Attempt[];
  readonly worked: Hop;
  /** Ended on the server → shown here. */
  readonly back: Hop;
  /** Click → end shown here. */
  readonly totalMs?: number;
  /** True where the two clocks do not agree: then the first and the last hop are estimates. */
  readonly isEstimate: boolean;
}

const ahead: Hop = { state: 'ahead' };
export const noJourney: Journey = {
  stored: ahead,
  queued: ahead,
  taken: ahead,
  attempts: [],
  worked: ahead,
  back: ahead,
  isEstimate: false,
};

/** @param task as it is known now; undefined for a moment after the submission */
export function journeyOf(submission: Submission, task: Task | undefined): Journey {
  if (task === undefined) return { ...noJourney, stored: { state: 'active' } };
  const { clickedAt, received } = submission;
  const ahead = serverAhead(submission, Date.parse(task.createdAt));
  const attempts = attemptsIn(task, submission);
  const first = attempts[0];
  const endSeen = received.find(({ event }) => isEnded(event.state))?.at;
  return {
    stored: done(Date.parse(task.createdAt) - ahead - clickedAt),
    queued: hop(task.createdAt, task.queuedAt),
    taken: first ? done(first.waitedMs) : { state: task.queuedAt === undefined ? 'ahead' : 'active' },
    attempts,
    worked: worked(task, attempts),
    back: back(task, endSeen, ahead),
    ...(endSeen !== undefined && isEnded(task.state) && { totalMs: endSeen - clickedAt }),
    isEstimate: ahead !== 0,
  };
}

/**
 * How far the server's clock is ahead of the browser's, in milliseconds. The task was made between click and answer,
 * so only what cannot be otherwise counts as a difference: on one machine that is 0.
 */
function serverAhead({ clickedAt, answeredAt }: Submission, createdAt: number): number {
  if (createdAt < clickedAt) return createdAt - clickedAt;
  if (createdAt > answeredAt) return createdAt - answeredAt;
  return 0;
}

function attemptsIn(task: Task, { received }: Submission): Attempt[] {
  const attempts = attemptsOf(received.map(({ event }) => event));
  if (attempts.length > 0 || task.startedAt === undefined) return attempts;
  const startedAt = Date.parse(task.startedAt);
  const waitedMs = task.queuedAt === undefined ? 0 : startedAt - Date.parse(task.queuedAt);
  const endedAt = task.finishedAt === undefined ? undefined : Date.parse(task.finishedAt);
  return [
    { number: task.attempt, startedAt, waitedMs, outcome: task.state, ...(endedAt !== undefined && { endedAt }) },
  ];
}

function worked(task: Task, attempts: readonly Attempt[]): Hop {
  const first = attempts[0];
  if (first === undefined) return ahead;
  if (task.finishedAt === undefined) return { state: 'active' };
  return done(Date.parse(task.finishedAt) - first.startedAt);
}

function back(task: Task, endSeen: number | undefined, ahead: number): Hop {
  if (task.finishedAt === undefined) return { state: 'ahead' };
  return endSeen === undefined ? { state: 'done' } : done(endSeen - (Date.parse(task.finishedAt) - ahead));
}

function hop(from: string, to: string | undefined): Hop {
  return to === undefined ? { state: 'active' } : done(Date.parse(to) - Date.parse(from));
}

function done(ms: number): Hop {
  return { state: 'done', ms: Math.max(0, ms) };
}
