/**
 * `npm run bench -- [--quick] [--rounds N] [--seconds N] [--rate N] [--only NAME]`: the stack of `npm start` beside Fastify, BullMQ and Socket.IO, in one
 * alternating run. It asserts nothing, prints what it measured, and leaves nothing behind.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startOurs } from './compare/ours.ts';
import { startPeer } from './compare/peer.ts';
import { type Compared, comparisonTable, cpuTable } from './compare/report.ts';
import { alternate } from './compare/rounds.ts';
import { scenariosAt } from './compare/scenarios.ts';
import { countOperations, operationsTable } from './counting/count-operations.ts';

/** Bounds: this is for one machine, on which others work as well. */
const [mostRounds, mostSeconds, mostPerSecond] = [20, 60, 1_000];
const operations = 'operations';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    rate: { type: 'string', default: '200' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const rounds = Math.min(Number(given.rounds ?? (given.quick ? 2 : 5)), mostRounds);
const seconds = Math.min(Number(given.seconds ?? (given.quick ? 3 : 8)), mostSeconds);
const scenarios = scenariosAt(Math.min(Number(given.rate), mostPerSecond));
const names = [...scenarios.map(({ name }) => name), operations];
const unknown = given.only.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no "${unknown.join(', ')}". --only takes ${names.join(', ')}.`);
  process.exit(1);
}
const isWanted = (name: string) => given.only.length === 0 || given.only.includes(name);
const tell = (line: string) => console.error(line);

const wanted = scenarios.filter(({ name }) => isWanted(name));
if (wanted.length > 0) await compare();
if (isWanted(operations)) console.log(`\n${operationsTable(await countOperations(tell))}`);

async function compare(): Promise<void> {
  const contestants = [await startOurs(), await startPeer()] as const;
  const stop = async () => {
    for (const contestant of contestants) await contestant.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(1)));
  const compared: Compared[] = [];
  try {
    for (const scenario of wanted)
      compared.push({
        scenario,
        ...(await alternate(contestants, scenario, { rounds, durationMs: seconds * 1000 }, tell)),
      });
  } finally {
    await stop();
  }
  const load = loadavg()[0]!.toFixed(1);
  console.log(`\n${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load average at the end ${load}.`);
  console.log(`${rounds} rounds of ${seconds} s each, alternating; median (least–most).\n`);
  console.log(`${comparisonTable(compared)}\n\n${cpuTable(compared)}`);
}
