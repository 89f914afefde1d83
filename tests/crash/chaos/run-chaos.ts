import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkHistory } from '../history-checker.ts';
import type { Violation } from '../history.ts';
import { findLeftovers, hasEnded, peekAll, readRecords } from '../leftovers.ts';
import { readTestimony } from '../testimony.ts';
import { type ChaosStack, startChaosStack } from './chaos-stack.ts';
import { Client } from './client.ts';
import { Faults } from './faults.ts';
import { Chance } from './random.ts';
import { Recorder } from './recorder.ts';

export interface ChaosOptions {
  readonly root: string;
  /** For the data of all processes and the history, `history.jsonl`. */
  readonly folder: string;
  readonly milliseconds: number;
  readonly seed: number;
  readonly log: (line: string) => void;
  /** Whether stray messages may take IDs that the app will want: its message is then dropped as a duplicate, and replaced minutes later. */
  readonly takesMessageIds?: boolean;
  /** Mean pause between two submissions of one client. */
  readonly pauseMs?: number;
}

export interface ChaosResult {
  readonly counts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** What still waited, or lay about, when patience ended. */
  readonly leftovers: readonly string[];
  /** From the last fault until nothing was left to do, in milliseconds. */
  readonly settledMs: number;
}

const owners = ['alice', 'bob', 'carol'];
/** How long everything may take to be put right when nothing is broken any more: the sweeper replaces a lost message after minutes. */
const patienceMs = 420_000;

/** Mixed work from several owners while everything is broken that can be; then the books are made up. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const stack = await startChaosStack(options.root, options.folder, options.log);
  try {
    return await cause(stack, options);
  } finally {
    await stack.stop();
  }
}

async function cause(
  stack: ChaosStack,
  { folder, milliseconds, seed, pauseMs = 250, takesMessageIds = true }: ChaosOptions,
): Promise<ChaosResult> {
  const recorder = new Recorder(join(folder, 'history.jsonl'));
  const clients = await Promise.all(
    owners.map(async (owner, n) => {
      return new Client(owner, await signIn(stack, owner), stack.hosts, recorder, new Chance(seed + n + 1));
    }),
  );
  const operator = new Client('operator', await signIn(stack, 'olga', 'operator'), stack.hosts, recorder, new Chance(seed)); // prettier-ignore
  const faults = new Faults(stack, new Chance(seed), recorder, {
    knownTasks: () => clients.flatMap(({ known }) => known.slice(-30)),
    takesMessageIds,
  });
  const until = Date.now() + milliseconds;
  let over = false;
  const following = [...clients.map((client) => client.followUntil(() => over)), operator.followUntil(() => over, '*')];
  const hangUps = await Promise.all(clients.map((client) => client.listen()));
  await Promise.all([
    // Two at a time: one fault often hides what the other does.
    faults.run(until),
    faults.run(until),
    ...clients.flatMap((client) => [client.submitUntil(until, pauseMs), client.lookUntil(until)]),
  ]);
  const endedAt = Date.now();
  const leftovers = await untilNothingIsLeft(stack, clients);
  const settledMs = Date.now() - endedAt;
  // The followers come to the end of the events as well.
  await delay(1_500);
  over = true;
  await Promise.all([...following, ...hangUps.map((hangUp) => hangUp())]);
  for (const client of clients) {
    for (const id of client.known) while ((await client.read(id, 'at the end', true)) === undefined) await delay(200);
    await client.readAllEvents();
  }
  await operator.readAllEvents('*');
  for (const line of readTestimony(stack.rig.witnessFile)) recorder.record({ what: 'told', ...line });
  return {
    counts: count(recorder, clients),
    faults: Object.fromEntries(faults.counts),
    violations: checkHistory(recorder.entries),
    leftovers,
    settledMs,
  };
}

async function signIn({ hosts }: ChaosStack, user: string, roles?: string): Promise<string> {
  const query = new URLSearchParams({ user, ...(roles !== undefined && { roles }) });
  const answer = await fetch(`${hosts[0]}/.auth/login/aad?${query.toString()}`, { redirect: 'manual' });
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}

async function untilNothingIsLeft({ rig }: ChaosStack, clients: readonly Client[]): Promise<string[]> {
  const redis = new Redis(rig.values['RedisConnection']!);
  const serviceBus = new ServiceBusClient(rig.values['ServiceBusConnection']!);
  try {
    for (const startedAt = Date.now(); ;) {
      for (const client of clients) await client.releaseHeldKeys();
      const left = await findWhatIsLeft(redis, serviceBus, rig.queues);
      if (left.length === 0 || Date.now() - startedAt > patienceMs) return left;
      await delay(500);
    }
  } finally {
    await serviceBus.close();
    redis.disconnect();
  }
}

async function findWhatIsLeft(
  redis: Redis,
  serviceBus: ServiceBusClient,
  queues: readonly string[],
): Promise<string[]> {
  const records = await readRecords(redis);
  const waiting = [...records]
    .filter(([, { state }]) => !hasEnded(state))
    .map(([id, { state, attempt }]) => `task ${id} is ${state} (attempt ${attempt})`);
  if (waiting.length > 0) return waiting;
  const messages = (await Promise.all(queues.map((queue) => peekAll(serviceBus, queue)))).flat();
  const unsettled = messages.map(({ messageId }) => `message ${String(messageId)} is still in its queue`);
  return [...unsettled, ...(await findLeftovers(redis))];
}

function count({ entries }: Recorder, clients: readonly Client[]): Record<string, number> {
  const final = entries.filter((entry) => entry.what === 'read' && entry.isFinal);
  const inState = (wanted: string) => final.filter((entry) => entry.what === 'read' && entry.state === wanted).length;
  const told = entries.filter((entry) => entry.what === 'told');
  const of = (what: string) => entries.filter((entry) => entry.what === what).length;
  return {
    accepted: clients.reduce((sum, { known }) => sum + known.length, 0),
    completed: inState('completed'),
    'dead-lettered': inState('dead-lettered'),
    cancelled: inState('cancelled'),
    expired: inState('expired'),
    'answered otherwise': clients.flatMap(({ refusals }) => [...refusals.values()]).reduce((sum, n) => sum + n, 0),
    'replays asked for': of('replayed'),
    reads: of('read'),
    'events read': entries.reduce((sum, entry) => sum + (entry.what === 'page' ? entry.events.length : 0), 0),
    'events pushed': entries.reduce((sum, entry) => sum + (entry.what === 'pushed' ? entry.events.length : 0), 0),
    'runs of handlers': told.filter(({ moment }) => moment === 'begin').length,
    effects: told.filter(({ moment }) => moment === 'effect').length,
  };
}
