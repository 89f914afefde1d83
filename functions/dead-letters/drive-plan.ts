import type { ReplayProgress } from '../../contracts/replay.ts';
import { nextStep, type PlanStep } from './plan-rules.ts';
import { type PlanStanding, toProgress } from './plan-record.ts';
import type { Claimed, PlanStore } from './plan-store.ts';
import { readOutcomes } from './read-outcomes.ts';
import { replayBatch, type Replaying } from './replay-batch.ts';

/** What driving plans needs. */
export interface PlanDriver extends Replaying {
  readonly plans: PlanStore;
  /** Sends the message that lets the next slice begin. @param dueAt milliseconds since 1970; undefined for now */
  readonly sendPlan: (planId: string, slice: number, dueAt?: number) => Promise<void>;
  readonly pushProgress: (progress: ReplayProgress) => void;
  readonly createToken: () => string;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** What a message of the queue of plans says: go on with this plan. */
export interface PlanMessage {
  readonly planId: string;
  readonly slice: number;
}

const leaseMs = 15_000;
/** Then the next slice begins, on whatever instance is free. */
const sliceMs = 45_000;
/** A plan that waits for longer than this gives its place to others meanwhile. */
const idleMs = 5_000;
const longestPauseMs = 30_000;
const look = { everyMs: 200, firstMs: 40, factor: 1.5 };

/**
 * Does one slice of a plan's work. When it returns, the message is done with. A driver that dies is followed by the next
 * delivery of its message, which goes on where it was: whatever is done twice has its effect once.
 */
export async function drivePlan(driver: PlanDriver, message: PlanMessage): Promise<void> {
  const token = driver.createToken();
  const claimed = await claimWhenFree(driver, message, token);
  switch (claimed.outcome) {
    case 'claimed':
      return runSlice(driver, claimed.plan, token);
    case 'superseded':
      // The process died between handing the plan on and sending the message for that.
      return driver.sendPlan(message.planId, claimed.slice);
    case 'busy':
      return driver.log(`Plan ${message.planId} is being driven by another worker.`);
    case 'resting':
    case 'unknown':
      return driver.log(`Plan ${message.planId} is ${claimed.outcome}: nothing to do.`);
  }
}

/** A dead driver's lease may have some seconds left: waits for its end, once. */
async function claimWhenFree({ plans, wait }: PlanDriver, message: PlanMessage, token: string): Promise<Claimed> {
  const { planId, slice } = message;
  const first = await plans.claim(planId, slice, token, leaseMs);
  if (first.outcome !== 'busy') return first;
  await wait(first.waitMs + 1);
  return plans.claim(planId, slice, token, leaseMs);
}

async function runSlice(driver: PlanDriver, begun: PlanStanding, token: string): Promise<void> {
  const slice = new Slice(driver, begun, token);
  let ending: Ending;
  do ending = await slice.advance();
  while (ending === undefined);
  driver.pushProgress(toProgress(slice.plan));
  if (ending === 'rest') return;
  const next = await driver.plans.handOn(begun.id, token, ending.dueAt);
  if (next !== undefined) await driver.sendPlan(begun.id, next, ending.dueAt);
}

/** How a slice ends: nothing is left to do, or there is more to do from then on. */
type Ending = 'rest' | { readonly dueAt: number } | undefined;

class Slice {
  plan: PlanStanding;
  readonly #driver: PlanDriver;
  readonly #token: string;
  readonly #until: number;
  #lookAt = 0;
  #pause = look.firstMs;
  #changedAt: number;

  constructor(driver: PlanDriver, plan: PlanStanding, token: string) {
    this.#driver = driver;
    this.plan = plan;
    this.#token = token;
    this.#changedAt = driver.now();
    this.#until = this.#changedAt + sliceMs;
  }

  async advance(): Promise<Ending> {
    if (!(await this.#look())) return 'rest';
    const now = this.#driver.now();
    const step = nextStep(this.plan, now);
    if (step.kind === 'rest') return 'rest';
    if (now >= this.#until) return { dueAt: now };
    return this.#take(step, now);
  }

  async #take(step: Exclude<PlanStep, { kind: 'rest' }>, now: number): Promise<Ending> {
    const { plans, wait } = this.#driver;
    switch (step.kind) {
      case 'stop':
        await plans.control(this.plan.id, 'stop', undefined, step.reason);
        this.#lookAt = 0;
        return undefined;
      case 'replay':
        return (await this.#replay(step.count, step.nextReplayAt)) ? undefined : 'rest';
      case 'wait': {
        const idle = Math.min(now - this.#changedAt, longestPauseMs);
        const milliseconds = Math.min(step.milliseconds, idle);
        if (milliseconds >= idleMs) return { dueAt: now + milliseconds };
        await wait(Math.min(step.milliseconds, this.#pause));
        this.#pause = Math.min(this.#pause * look.factor, look.everyMs * 5);
        return undefined;
      }
    }
  }

  /** Counts how replayed tasks have ended, now and then. @returns false when there is no more to do here */
  async #look(): Promise<boolean> {
    const { plans, redis, now } = this.#driver;
    if (now() < this.#lookAt) return true;
    const outcomes = await readOutcomes(redis, await plans.outstanding(this.plan.id));
    this.#lookAt = now() + Math.min(look.everyMs, Math.max(this.#pause, this.plan.outstanding / 10));
    return this.#record(outcomes);
  }

  async #replay(count: number, nextReplayAt: number): Promise<boolean> {
    const { plans } = this.#driver;
    const { id, scope, owner, request } = this.plan;
    const ids = await plans.remaining(id, count);
    const order = { planId: id, scope, by: owner, patch: request.patch, sparesDiscarded: request.ids === undefined };
    return this.#record(await replayBatch(this.#driver, ids, order), nextReplayAt);
  }

  async #record(outcomes: Parameters<PlanStore['record']>[2], nextReplayAt?: number): Promise<boolean> {
    const { plans, pushProgress, now } = this.#driver;
    const lease = { token: this.#token, leaseMs, ...(nextReplayAt !== undefined && { nextReplayAt }) };
    const { held, plan } = await plans.record(this.plan.id, lease, outcomes);
    if (plan !== undefined) this.plan = plan;
    if (outcomes.length > 0) {
      [this.#changedAt, this.#pause] = [now(), look.firstMs];
      pushProgress(toProgress(this.plan));
    }
    return held;
  }
}
