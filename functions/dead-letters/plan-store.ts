import type { Redis } from 'ioredis';
import type { Refusal } from '../../contracts/dead-letters.ts';
import type { ReplayPlan } from '../../contracts/replay.ts';
import { allPartitions } from '../tasks/task-id.ts';
import { drivenPlansKey, outstandingKey, ownerPlansKey, plansKey, remainingKey } from './plan-keys.ts';
import { type PlanRequest, type PlanStanding, toPlan, toStanding } from './plan-record.ts';
import { runPlanScript } from './plan-scripts.ts';

export interface NewPlan {
  readonly id: string;
  readonly owner: string;
  /** Whose dead letters it may replay: undefined for everybody's. */
  readonly scope: string | undefined;
  readonly request: PlanRequest;
  readonly taskIds: readonly string[];
  readonly refusals: readonly Refusal[];
}

export type Claimed =
  | { readonly outcome: 'claimed'; readonly plan: PlanStanding }
  | { readonly outcome: 'busy'; readonly waitMs: number }
  | { readonly outcome: 'superseded'; readonly slice: number }
  | { readonly outcome: 'resting' | 'unknown' };

/** What became of one task of a plan. */
export type TaskOutcome =
  | { readonly id: string; readonly outcome: 'replayed'; /** Which replay of the task it was. */ readonly replays: number }
  | { readonly id: string; readonly outcome: 'completed' | 'failed' | 'cancelled' }
  | { readonly id: string; readonly outcome: 'skipped'; readonly refusal: Refusal }; // prettier-ignore

/** A task that is on its way again. */
export interface OutstandingTask {
  readonly id: string;
  readonly replays: number;
}

export type PlanAction = 'pause' | 'resume' | 'stop';

const idsPerCommand = 1_000;
const preparingMs = 60 * 60 * 1000;

/**
 * Replay plans in Redis, one script for each step; each may be repeated when its reply got lost.
 * @param now milliseconds since 1970; by default the clock of Redis
 */
export class PlanStore {
  readonly #redis: Redis;
  readonly #now: () => number | '';

  constructor(redis: Redis, now: () => number | '' = () => '') {
    this.#redis = redis;
    this.#now = now;
  }

  /** Puts a plan's tasks down, then begins it: a process that dies in between leaves nothing that lasts. */
  async begin({ id, owner, scope, request, taskIds, refusals }: NewPlan): Promise<ReplayPlan> {
    const key = remainingKey(id);
    for (let at = 0; at < taskIds.length; at += idsPerCommand) {
      await this.#redis.zadd(key, ...taskIds.slice(at, at + idsPerCommand).flatMap((taskId) => [0, taskId]));
      if (at === 0) await this.#redis.pexpire(key, preparingMs);
    }
    const told = refusals.flatMap((refusal) => [refusal.reason, JSON.stringify(refusal)]);
    const matched = taskIds.length + refusals.length;
    return toPlan(await this.#run('beginPlan', id, [owner, scope ?? '', JSON.stringify(request), matched, ...told]))!;
  }

  async claim(id: string, slice: number, token: string, leaseMs: number): Promise<Claimed> {
    const [outcome, value] = (await this.#run('claimPlan', id, [slice, token, leaseMs])) as [string, unknown];
    switch (outcome) {
      case 'claimed':
        return { outcome, plan: toStanding(value)! };
      case 'busy':
        return { outcome, waitMs: Number(value) };
      case 'superseded':
        return { outcome, slice: Number(value) };
      default:
        return { outcome: outcome as 'resting' | 'unknown' };
    }
  }

  /**
   * Writes down what became of tasks, and renews the lease.
   * @param nextReplayAt when the next task may go; undefined where that stays as it is
   * @returns `held` is false when somebody else drives the plan, or nothing is left to drive
   */
  async record(
    id: string,
    { token, leaseMs, nextReplayAt }: { token: string; leaseMs: number; nextReplayAt?: number },
    outcomes: readonly TaskOutcome[],
  ): Promise<{ readonly held: boolean; readonly plan: PlanStanding | undefined }> {
    const args = outcomes.flatMap(toArguments);
    const [lease, standing] = (await this.#run('recordReplays', id, [token, leaseMs, nextReplayAt ?? '', ...args])) as [
      string,
      unknown,
    ];
    return { held: lease === 'held', plan: toStanding(standing) };
  }

  /**
   * Ends a slice. @param token undefined for the sweeper, who may do so when no driver is alive
   * @returns the slice whose message is to be sent now, or undefined when there is none
   */
  async handOn(id: string, token: string | undefined, dueAt: number): Promise<number | undefined> {
    const slice = (await this.#run('handOnPlan', id, [token ?? '', dueAt])) as number;
    return slice === 0 ? undefined : slice;
  }

  /** @param owner who asks; undefined for an operator. @returns undefined when there is no such plan of theirs */
  async control(
    id: string,
    action: PlanAction,
    owner: string | undefined,
    reason = '',
  ): Promise<{ readonly outcome: 'done' | 'forbidden-state'; readonly plan: ReplayPlan } | undefined> {
    const [outcome, view] = (await this.#run('controlPlan', id, [action, owner ?? '', reason])) as [string, unknown];
    if (outcome === 'unknown') return undefined;
    return { outcome: outcome as 'done' | 'forbidden-state', plan: toPlan(view)! };
  }

  async find(id: string): Promise<ReplayPlan | undefined> {
    return toPlan(await this.#run('readPlan', id, []));
  }

  /** Newest first. @param owner undefined for all */
  async list(
    owner: string | undefined,
    limit: number,
    before?: string,
  ): Promise<{ plans: ReplayPlan[]; more: boolean }> {
    const keys = owner === undefined ? allPartitions.map(plansKey) : [ownerPlansKey(owner)];
    const upper = before === undefined ? '+' : `(${before}`;
    const pages = await Promise.all(
      keys.map((key) => this.#redis.zrevrangebylex(key, upper, '-', 'LIMIT', 0, limit + 1)),
    );
    const ids = pages.flat().sort().reverse();
    const plans = await Promise.all(ids.slice(0, limit).map((id) => this.find(id)));
    return { plans: plans.filter((plan) => plan !== undefined), more: ids.length > limit };
  }

  /** Tasks that the plan has not yet looked at, oldest first. */
  async remaining(id: string, count: number): Promise<string[]> {
    return this.#redis.zrange(remainingKey(id), '0', String(count - 1));
  }

  async outstanding(id: string): Promise<OutstandingTask[]> {
    const flat = await this.#redis.zrange(outstandingKey(id), '0', '-1', 'WITHSCORES');
    return Array.from({ length: flat.length / 2 }, (_, i) => ({ id: flat[2 * i]!, replays: Number(flat[2 * i + 1]) }));
  }

  /** Plans that have something to do and were not heard of since a time. */
  async silentSince(time: number): Promise<string[]> {
    const pages = await Promise.all(
      allPartitions.map((partition) => this.#redis.zrangebyscore(drivenPlansKey(partition), '-inf', time)),
    );
    return pages.flat();
  }

  async #run(script: Parameters<typeof runPlanScript>[1], id: string, args: (string | number)[]): Promise<unknown> {
    return runPlanScript(this.#redis, script, id, [this.#now(), ...args]);
  }
}

function toArguments(task: TaskOutcome): (string | number)[] {
  switch (task.outcome) {
    case 'replayed':
      return [task.id, 'replayed', task.replays];
    case 'skipped':
      return [task.id, task.refusal.reason, JSON.stringify(task.refusal)];
    default:
      return [task.id, task.outcome, ''];
  }
}
