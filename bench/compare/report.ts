import type { Run } from './rounds.ts';
import type { Scenario } from './scenarios.ts';
import { median, summary } from './statistics.ts';

export interface Compared {
  readonly scenario: Scenario;
  readonly ours: readonly Run[];
  readonly peer: readonly Run[];
}

/** Markdown: ratios first, each of one round, then what they come from; median and range over the rounds. */
export function comparisonTable(all: readonly Compared[]): string {
  const rows = all.flatMap(({ scenario, ours, peer }) =>
    scenario.metrics.map(({ name, unit }) => {
      const figures = (runs: readonly Run[]) => runs.map((run) => run.figures[name] ?? NaN);
      const [mine, theirs] = [figures(ours), figures(peer)];
      const ratios = mine.map((value, round) => value / theirs[round]!);
      const digits = unit === 'ms' ? 1 : 0;
      const what = `${scenario.title}: ${name}${unit === 'ms' ? ', ms' : ''}`;
      return [what, `${summary(ratios, 2)}`, summary(mine, digits), summary(theirs, digits)];
    }),
  );
  return table(['', 'ours ÷ peer', 'ours', 'peer'], rows);
}

/** Markdown: microseconds of CPU a task, by process. */
export function cpuTable(all: readonly Compared[]): string {
  const rows = all.flatMap(({ scenario, ours, peer }) =>
    [
      { name: 'ours', runs: ours },
      { name: 'peer', runs: peer },
    ].map(({ name, runs }) => {
      const roles = Object.keys(runs[0]?.cpu ?? {});
      const each = roles.map((role) => ({ role, cpu: median(runs.map((run) => run.cpu[role] ?? NaN)) }));
      const sum = each.reduce((total, { cpu }) => total + cpu, 0);
      return [scenario.name, name, sum.toFixed(0), each.map(({ role, cpu }) => `${role} ${cpu.toFixed(0)}`).join(', ')];
    }),
  );
  return table(['', '', 'CPU a task, µs', 'of which'], rows);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
