import type { PlanStanding } from './plan-record.ts';

/** What the driver of a plan does next. */
export type PlanStep =
  | { readonly kind: 'replay'; readonly count: number; /** Milliseconds since 1970: when the next one after these may go. */ readonly nextReplayAt: number }
  | { readonly kind: 'stop'; readonly reason: string }
  /** Nothing may go for so many milliseconds, or until replayed tasks have ended. */
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'rest' }; // prettier-ignore

export const planLimits = {
  /** Tasks of one plan that are under way at the same time: the rest waits in the plan, not in the queue. */
  outstanding: 2_000,
  /** Tasks replayed between two looks at the plan. */
  batch: 100,
  /** A plan with a rate sends in portions of this length, in milliseconds. */
  portionMs: 250,
  /** From so many outcomes on, a failure rate says something. */
  outcomes: 10,
} as const;

type Standing = Pick<
  PlanStanding,
  'state' | 'request' | 'replayed' | 'completed' | 'failed' | 'remaining' | 'outstanding' | 'nextReplayAt'
>;

/** @param now milliseconds since 1970 */
export function nextStep(plan: Standing, now: number): PlanStep {
  if (plan.state !== 'running') return plan.outstanding > 0 ? untilOutcomes : { kind: 'rest' };
  const reason = reasonToStop(plan);
  if (reason !== undefined) return { kind: 'stop', reason };
  if (plan.remaining === 0) return plan.outstanding > 0 ? untilOutcomes : { kind: 'rest' };
  const room = Math.min(roomFor(plan), plan.remaining);
  return room <= 0 ? untilOutcomes : paced(plan, Math.min(room, planLimits.batch), now);
}

const untilOutcomes: PlanStep = { kind: 'wait', milliseconds: Infinity };

/** How many more may be under way: until the canary has ended, only what belongs to it. */
function roomFor({ request: { canary }, replayed, outstanding }: Standing): number {
  const room = planLimits.outstanding - outstanding;
  if (canary === undefined) return room;
  if (replayed < canary) return Math.min(canary - replayed, room);
  return replayed === canary && outstanding > 0 ? 0 : room;
}

function paced({ request, nextReplayAt }: Standing, most: number, now: number): PlanStep {
  const { ratePerSecond } = request;
  if (ratePerSecond === undefined) return { kind: 'replay', count: most, nextReplayAt: 0 };
  if (nextReplayAt > now) return { kind: 'wait', milliseconds: nextReplayAt - now };
  const interval = 1_000 / ratePerSecond;
  // What was not used in time is lost, so that a plan does not make up for a pause by a burst.
  const from = Math.max(nextReplayAt, now - planLimits.portionMs);
  const count = Math.min(most, Math.floor((now - from) / interval) + 1);
  return { kind: 'replay', count, nextReplayAt: from + count * interval };
}

function reasonToStop({ request, replayed, completed, failed }: Standing): string | undefined {
  const { canary = 0, stopAtFailureRate } = request;
  const ended = completed + failed;
  if (failed === 0) return undefined;
  const inCanary = replayed <= canary;
  if (inCanary && failed / canary > (stopAtFailureRate ?? 0)) {
    return `${failed} of the canary of ${canary} failed again, which is more than ${percent(stopAtFailureRate ?? 0)}.`;
  }
  if (stopAtFailureRate === undefined || inCanary || ended < planLimits.outcomes) return undefined;
  if (failed / ended <= stopAtFailureRate) return undefined;
  return `${failed} of ${ended} failed again, which is more than ${percent(stopAtFailureRate)}.`;
}

const percent = (share: number) => `${Number((share * 100).toFixed(2))} %`;
