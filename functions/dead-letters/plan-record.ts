import type { Refusal } from '../../contracts/dead-letters.ts';
import type { ReplayPlan, ReplayProgress, ReplayState } from '../../contracts/replay.ts';
import { toFields } from '../tasks/task-record.ts';

/** What was asked for, as it stands on record; of named tasks only the number. */
export type PlanRequest = Pick<
  ReplayProgress,
  'filter' | 'ids' | 'canary' | 'ratePerSecond' | 'stopAtFailureRate' | 'patch' | 'truncated'
>;

/** How a plan stands, as its driver and its rules see it. */
export interface PlanStanding {
  readonly id: string;
  readonly owner: string;
  /** Whose dead letters it may replay: undefined for everybody's. */
  readonly scope: string | undefined;
  readonly state: ReplayState;
  readonly reason: string | undefined;
  readonly request: PlanRequest;
  readonly matched: number;
  readonly replayed: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
  readonly skippedReasons: ReplayProgress['skippedReasons'];
  readonly remaining: number;
  readonly outstanding: number;
  /** The part of its work that is under way or due, from 1. */
  readonly slice: number;
  /** Milliseconds since 1970, as all times here. */
  readonly nextReplayAt: number;
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
}

/** Reads the reply of `standing()` in plan-shared.lua. @returns undefined when there is no such plan */
export function toStanding(reply: unknown): PlanStanding | undefined {
  const [flat, remaining, outstanding, skipped] = reply as [string[], number, number, string[]];
  const fields = toFields(flat);
  if (fields.id === undefined) return undefined;
  const count = (name: string) => Number(fields[name] ?? 0);
  return {
    id: fields.id,
    owner: fields.owner!,
    scope: fields.scope === '' ? undefined : fields.scope,
    state: fields.state as ReplayState,
    reason: fields.reason,
    request: JSON.parse(fields.request!) as PlanRequest,
    matched: count('matched'),
    replayed: count('replayed'),
    completed: count('completed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    skipped: count('skipped'),
    skippedReasons: Object.fromEntries(Object.entries(toFields(skipped)).map(([name, text]) => [name, Number(text)])),
    remaining,
    outstanding,
    slice: count('slice'),
    nextReplayAt: count('nextReplayAt'),
    createdAt: count('createdAt'),
    finishedAt: fields.finishedAt === undefined ? undefined : Number(fields.finishedAt),
  };
}

/** Reads the reply of `view()` in plan-shared.lua. */
export function toPlan(reply: unknown): ReplayPlan | undefined {
  const standing = toStanding(reply);
  const refusals = (reply as string[][])[4]!.map((refusal) => JSON.parse(refusal) as Refusal);
  return standing && { ...toProgress(standing), refusals };
}

export function toProgress(standing: PlanStanding): ReplayProgress {
  const { id, state, owner, reason, request, createdAt, finishedAt } = standing;
  const { matched, replayed, completed, failed, cancelled, skipped, skippedReasons, outstanding, remaining } = standing;
  const waitingFor = waitsFor(standing);
  return {
    id,
    state,
    owner,
    ...(reason !== undefined && { reason }),
    ...(waitingFor !== undefined && { waitingFor }),
    ...{ matched, replayed, completed, failed, cancelled, skipped, skippedReasons, outstanding, remaining },
    ...request,
    createdAt: new Date(createdAt).toISOString(),
    ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt).toISOString() }),
  };
}

function waitsFor({ state, request, replayed, outstanding, remaining }: PlanStanding): ReplayProgress['waitingFor'] {
  if (state !== 'running') return undefined;
  if (remaining === 0) return outstanding > 0 ? 'outcomes' : undefined;
  if (replayed === request.canary && outstanding > 0) return 'canary';
  return request.ratePerSecond === undefined ? undefined : 'rate';
}
