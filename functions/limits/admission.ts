import { AppError } from '../errors.ts';
import type { Backlog } from './backlog.ts';
import { limitHeaders, type Quota } from './limit-headers.ts';
import type { Rates, Taken } from './rates.ts';

/** How much may be submitted. */
export interface SubmitLimits {
  /** Whether any task is taken in. */
  readonly accepting: boolean;
  /** Waiting tasks of all owners. */
  readonly backlog: number;
  /** In a second; 0 for any number. */
  readonly ownerRate: number;
  readonly keyRate: number;
  readonly typeRate: (type: string) => number;
}

interface Submitted {
  readonly owner: string;
  readonly type: string;
  readonly concurrencyKey?: string;
}

/** From this share of the backlog limit on, clients are told to slow down. */
const slowDownAt = 0.8;
const longestSlowDownS = 30;

/**
 * Decides whether a task is taken in, before anything of it is stored.
 * @returns headers that tell the client how much it may go on sending
 * @throws AppError `not-accepting`, `backlog-full`, or `too-many-requests`
 */
export async function admit(
  { backlog, rates }: { backlog: Backlog; rates: Rates },
  limits: SubmitLimits,
  task: Submitted,
): Promise<Record<string, string>> {
  if (!limits.accepting) throw notAccepting();
  const waiting = await backlog.add();
  if (waiting >= limits.backlog) {
    backlog.remove();
    throw backlogFull(limits.backlog);
  }
  const quotas = await takeAll(rates, limits, task);
  const exceeded = quotas.find(({ isExceeded }) => isExceeded);
  if (exceeded !== undefined) {
    backlog.remove();
    throw rateExceeded(exceeded, quotas);
  }
  const slowDown = (waiting / limits.backlog - slowDownAt) / (1 - slowDownAt);
  if (slowDown <= 0) return limitHeaders(quotas);
  const retryAfterS = Math.max(2, Math.round(slowDown * longestSlowDownS));
  const room = backlogQuota(limits.backlog, limits.backlog - waiting - 1, retryAfterS);
  return { ...limitHeaders([...quotas, room]), 'retry-after': String(retryAfterS) };
}

/** Told of from 80 % on. */
function backlogQuota(limit: number, remaining: number, resetS: number): Quota {
  return { policy: 'backlog', limit, remaining, resetS };
}

async function takeAll(rates: Rates, limits: SubmitLimits, task: Submitted): Promise<Taken[]> {
  const { owner, type, concurrencyKey } = task;
  const taken: Promise<Taken>[] = [];
  if (limits.ownerRate > 0) taken.push(rates.take('owner', owner, limits.ownerRate));
  const typeRate = limits.typeRate(type);
  if (typeRate > 0) taken.push(rates.take('type', type, typeRate));
  if (concurrencyKey !== undefined && limits.keyRate > 0) {
    taken.push(rates.take('concurrency-key', JSON.stringify([owner, concurrencyKey]), limits.keyRate));
  }
  return Promise.all(taken);
}

function rateExceeded(exceeded: Taken, quotas: readonly Taken[]): AppError {
  const whose = { owner: 'you', type: 'tasks of this type', 'concurrency-key': 'tasks with this concurrency key' };
  const detail = `The limit for ${whose[exceeded.policy as keyof typeof whose]} is ${exceeded.limit} submitted ${exceeded.limit === 1 ? 'task' : 'tasks'} a second. Nothing was stored: send it again after ${exceeded.resetS} s.`;
  return new AppError('too-many-requests', detail, { retryAfterS: exceeded.resetS, headers: limitHeaders(quotas) });
}

function backlogFull(limit: number): AppError {
  const detail = `${limit.toLocaleString('en')} tasks are waiting, as many as may. Nothing was stored: send it again in half a minute.`;
  const headers = limitHeaders([backlogQuota(limit, 0, longestSlowDownS)]);
  return new AppError('backlog-full', detail, { retryAfterS: longestSlowDownS, headers });
}

function notAccepting(): AppError {
  const detail =
    'No new tasks are taken in at present; those that were go on. Nothing was stored: send it again later.';
  return new AppError('not-accepting', detail, { retryAfterS: longestSlowDownS });
}
