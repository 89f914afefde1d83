import { setTimeout as delay } from 'node:timers/promises';
import { endingsTopic } from '../../contracts/names.ts';
import { batcher } from '../azure/batcher.ts';
import { watchLoad } from '../azure/busy.ts';
import { missingRole } from '../azure/missing-role.ts';
import { getPatientRedis } from '../azure/redis.ts';
import { sendAlone } from '../azure/service-bus.ts';
import { relayEndings, type Relaying } from './relay.ts';

const endingsPerRound = 200;
/**
 * Nobody waits for history, and each message wakes RecordHistory: between two rounds so much time passes, but where the next is full and the
 * process is not busy with tasks.
 */
const pauseMs = 2_000;
const isBusy = watchLoad();
/** While the broker is away more are left to the sweeper, which finds them in Redis. */
const inHandAtMost = 10_000;
const lastWordMs = 2_000;
/** No task waits any more. */
const inHaste = { most: 1_000, restMs: 0 };

export function getRelaying(): Relaying {
  return {
    redis: getPatientRedis(),
    send: (message) => sendAlone(endingsTopic, message),
    warn: (...args) => console.warn(...args),
  };
}

const add = batcher((ids: string[]) => relayEndings(getRelaying(), ids), {
  items: endingsPerRound,
  pauseMs,
  yields: isBusy,
});
const inHand = new Set<string>();

/** Tells the topic that a task has ended, without keeping the caller waiting. What fails is left to the sweeper. */
export function relayEnding(id: string): void {
  if (inHand.size >= inHandAtMost) return;
  inHand.add(id);
  void add(id)
    .catch(warnNowAndThen)
    .finally(() => inHand.delete(id));
}

const warnAtMostEveryMs = 10_000;
let warnedAt = 0;

function warnNowAndThen(error: unknown): void {
  if (Date.now() - warnedAt < warnAtMostEveryMs) return;
  warnedAt = Date.now();
  console.warn(`The topic ${endingsTopic} hears later of tasks that ended:`, missingRole('service-bus', error) ?? error); // prettier-ignore
}

const isSweeperBusy = watchLoad();

/** So that a long row keeps nothing else of the sweeper from being done. */
const sweepsForMs = 8_000;

/** For a run of the sweeper, between two rounds: pauses as above. @returns false when the run has lasted long enough */
export function pacing(): () => Promise<boolean> {
  const until = Date.now() + sweepsForMs;
  return async () => {
    if (isSweeperBusy()) await delay(pauseMs);
    return Date.now() < until;
  };
}

/** Tells at once what still waits, and gives that a moment: the sweeper does the rest. */
export async function settleRelays(): Promise<void> {
  if (inHand.size === 0) return;
  const told = relayEndings(getRelaying(), [...inHand], inHaste).catch(warnNowAndThen);
  await Promise.race([told, delay(lastWordMs, undefined, { ref: false })]);
}
