import { setTimeout as delay } from 'node:timers/promises';
import { endingsTopic } from '../../contracts/names.ts';
import { batcher } from '../azure/batcher.ts';
import { missingRole } from '../azure/missing-role.ts';
import { getPatientRedis } from '../azure/redis.ts';
import { sendAlone } from '../azure/service-bus.ts';
import { relayEndings, type Relaying } from './relay.ts';

const endingsPerRound = 200;
/** Nobody waits for history, and each message wakes RecordHistory: behind a round that was not full, so much is gathered for the next. */
const pauseMs = 2_000;
/** While the broker is away more are left to the sweeper, which finds them in Redis. */
const inHandAtMost = 10_000;
const lastWordMs = 2_000;

export function getRelaying(): Relaying {
  return {
    redis: getPatientRedis(),
    send: (message) => sendAlone(endingsTopic, message),
    warn: (...args) => console.warn(...args),
  };
}

const add = batcher((ids: string[]) => relayEndings(getRelaying(), ids), { items: endingsPerRound, pauseMs });
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

/** Tells at once what still waits, and gives that a moment: the sweeper does the rest. */
export async function settleRelays(): Promise<void> {
  if (inHand.size === 0) return;
  const told = relayEndings(getRelaying(), [...inHand]).catch(warnNowAndThen);
  await Promise.race([told, delay(lastWordMs, undefined, { ref: false })]);
}
