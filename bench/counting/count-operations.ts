import { HttpClient } from '../compare/http-client.ts';
import { connect } from '../compare/ours.ts';
import { table } from '../compare/report.ts';
import type { Owner } from '../compare/contestant.ts';
import { startWatchedStack } from './watched-stack.ts';

const message = 'x'.repeat(1_000);

/** What one task cost, on average, submitted in one way. */
export interface Operations {
  readonly way: string;
  readonly redisFlushes: number;
  readonly redisCommands: number;
  /** By command, most frequent first. */
  readonly commands: string;
  readonly sends: number;
  readonly settlements: number;
  readonly signalRCalls: number;
}

interface Way {
  readonly way: string;
  readonly tasks: number;
  readonly submitters: number;
  /** @returns how many tasks it submitted and saw completed */
  readonly round: (owner: Owner) => Promise<number>;
}

const single = async (owner: Owner) => {
  await owner.completed(await owner.submit(message));
  return 1;
};
const batch = async (owner: Owner) => {
  const ids = await owner.submitBatch(Array.from({ length: 50 }, () => message));
  await Promise.all(ids.map((id) => owner.completed(id)));
  return ids.length;
};
const ways: Way[] = [
  { way: 'one by one', tasks: 300, submitters: 1, round: single },
  { way: '64 submitters', tasks: 5_000, submitters: 64, round: single },
  { way: 'batches of 50, 8 submitters', tasks: 10_000, submitters: 8, round: batch },
];

/** Operations per task between the app and Redis, Service Bus and SignalR, for each way of submitting. */
export async function countOperations(tell: (line: string) => void): Promise<Operations[]> {
  const stack = await startWatchedStack();
  const { baseUrl, counters } = stack;
  const http = new HttpClient(baseUrl);
  const owner = await connect(baseUrl, http, 'counted');
  const read = () => ({
    flushes: counters.redis.flushes,
    commands: new Map(counters.redis.commands),
    sends: counters.serviceBus.sends,
    settlements: counters.serviceBus.settlements,
    calls: counters.signalR.calls,
  });
  const all: Operations[] = [];
  await runRounds(owner, { way: 'warm-up', tasks: 500, submitters: 64, round: single });
  for (const way of ways) {
    const before = read();
    const tasks = await runRounds(owner, way);
    all.push(perTask(way.way, before, read(), tasks));
    tell(`operations: ${way.way} counted`);
  }
  owner.close();
  http.close();
  await stack.stop();
  return all;
}

/** @returns how many tasks it submitted: a few more than asked for where they come in batches */
async function runRounds(owner: Owner, { tasks, submitters, round }: Way): Promise<number> {
  let ended = 0;
  const loop = async () => {
    while (ended < tasks) {
      const more = await round(owner);
      ended += more;
    }
  };
  await Promise.all(Array.from({ length: submitters }, loop));
  return ended;
}

interface Counts {
  readonly flushes: number;
  readonly commands: ReadonlyMap<string, number>;
  readonly sends: number;
  readonly settlements: number;
  readonly calls: number;
}

function perTask(way: string, before: Counts, after: Counts, tasks: number): Operations {
  const commands = [...after.commands].map(([name, count]) => ({
    name,
    count: (count - (before.commands.get(name) ?? 0)) / tasks,
  }));
  const worthTelling = commands.filter(({ count }) => count >= 0.01).sort((a, b) => b.count - a.count);
  return {
    way,
    redisFlushes: (after.flushes - before.flushes) / tasks,
    redisCommands: commands.reduce((sum, { count }) => sum + count, 0),
    commands: worthTelling.map(({ name, count }) => `${name} ${count.toFixed(2)}`).join(', '),
    sends: (after.sends - before.sends) / tasks,
    settlements: (after.settlements - before.settlements) / tasks,
    signalRCalls: (after.calls - before.calls) / tasks,
  };
}

export function operationsTable(all: readonly Operations[]): string {
  const head = ['per task', 'Redis round trips', 'Redis commands', 'of which', 'sends', 'settlements', 'SignalR calls'];
  return table(
    head,
    all.map((one) => [
      one.way,
      one.redisFlushes.toFixed(2),
      one.redisCommands.toFixed(2),
      one.commands,
      one.sends.toFixed(3),
      one.settlements.toFixed(2),
      one.signalRCalls.toFixed(3),
    ]),
  );
}
