/**
 * `node bench/delivery.ts [--rounds N] [--tasks N]`: what each delivery promises when the process is killed, and what it costs when it is
 * not. It asserts nothing, ends by itself, and leaves nothing behind.
 */
import { parseArgs } from 'node:util';
import { table } from './compare/report.ts';
import { median, summary } from './compare/statistics.ts';
import { startBenchRig } from './delivery/bench-rig.ts';
import { type Cost, measureCost } from './delivery/cost.ts';
import { type AfterCrash, crashEach } from './delivery/crashes.ts';

const { values: given } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, tasks: { type: 'string', default: '100' } },
});
const [rounds, tasks] = [Math.min(Number(given.rounds), 20), Math.min(Number(given.tasks), 1_000)];

const rig = await startBenchRig();
try {
  console.log(`${costTable(await measureCost(rig, { rounds, tasks }))}\n`);
  console.log(crashTable(await crashEach(rig)));
} finally {
  await rig.stop();
}

function costTable(costs: readonly Cost[]): string {
  const base = costs.find(({ name }) => name === 'at-least-once, no step')!;
  const rows = costs.map(({ name, p50, scripts }) => {
    const ratio = median(p50.map((value, round) => value / base.p50[round]!));
    return [name, ratio.toFixed(2), summary(p50, 1), scripts.toFixed(1)];
  });
  return table(['', 'ratio', 'p50, ms', 'Redis scripts'], rows);
}

function crashTable(all: readonly AfterCrash[]): string {
  const rows = all.map(({ name, tasks: count, states, effects, recoveryMs }) => {
    const ended = Object.entries(states).map(([state, number]) => `${number} ${state}`);
    return [name, String(count), ended.join(', '), String(effects), (recoveryMs / 1000).toFixed(1)];
  });
  return table(['killed after the effect', 'tasks', 'they ended', 'effects', 'all ended after, s'], rows);
}
