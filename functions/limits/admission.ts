import { AppError } from '../errors.ts';
import type { Backlog } from './backlog.ts';
import type { Quota, Rates } from './rates.ts';

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
  return {
    ...rateHeaders(quotas),
    ...(slowDown > 0 && { 'retry-after': String(Math.max(2, Math.round(slowDown * longestSlowDownS))) }),
  };
}

async function takeAll(rates: Rates, limits: SubmitLimits, task: Submitted): Promise<Quota[]> {
  const { owner, type, concurrencyKey } = task;
  const taken: Promise<Quota>[] = [];
  if (limits.ownerRate > 0) taken.push(rates.take('owner', owner, limits.ownerRate));
  const typeRate = limits.typeRate(type);
  if (typeRate > 0) taken.push(rates.take('type', type, typeRate));
  if (concurrencyKey !== undefined && limits.keyRate > 0) {
    taken.push(rates.take('concurrency-key', JSON.stringify([owner, concurrencyKey]), limits.keyRate));
  }
  return Promise.all(taken);
}

/** draft-ietf-httpapi-ratelimit-headers: structured fields, one item for each policy. */
function rateHeaders(quotas: readonly Quota[]): Record<string, string> {
  if (quotas.length === 0) return {};
  return {
    'ratelimit-policy': quotas.map(({ policy, limit }) => `"${policy}";q=${limit};w=1`).join(', '),
    ratelimit: quotas.map(({ policy, remaining, resetS }) => `"${policy}";r=${remaining};t=${resetS}`).join(', '),
  };
}

function rateExceeded(exceeded: Quota, quotas: readonly Quota[]): AppError {
  const whose = { owner: 'you', type: 'tasks of this type', 'concurrency-key': 'tasks with this concurrency key' };
  const detail = `The limit for ${whose[exceeded.policy as keyof typeof whose]} is ${exceeded.limit} submitted tasks a second. Nothing was stored: send it again after ${exceeded.resetS} s.`;
  return new AppError('too-many-requests', detail, { retryAfterS: exceeded.resetS, headers: rateHeaders(quotas) });
}

function backlogFull(limit: number): AppError {
  const detail = `${limit.toLocaleString('en')} tasks are waiting, as many as may. Nothing was stored: send it again in half a minute.`;
  return new AppError('backlog-full', detail, { retryAfterS: longestSlowDownS });
}

function notAccepting(): AppError {
  const detail =
    'No new tasks are taken in at present; those that were go on. Nothing was stored: send it again later.';
  return new AppError('not-accepting', detail, { retryAfterS: longestSlowDownS });
}
