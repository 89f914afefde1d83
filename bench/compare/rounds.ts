import type { Contestant } from './contestant.ts';
import { cpuTimes } from './cpu-time.ts';
import { type Measured, type Scenario, withOwners } from './scenarios.ts';

/** Before each measurement, unmeasured: connections open, code gets compiled. */
const warmUpMs = 1_500;

export interface Run extends Measured {
  /** Microseconds of CPU a task, by the role of the process. */
  readonly cpu: Readonly<Record<string, number>>;
}

/** One measurement of one contestant. */
export async function measure(contestant: Contestant, scenario: Scenario, durationMs: number): Promise<Run> {
  return withOwners(contestant, scenario.owners, async (owners) => {
    await scenario.run(owners, warmUpMs);
    const before = cpuTimes(contestant.processes);
    const measured = await scenario.run(owners, durationMs);
    const after = cpuTimes(contestant.processes);
    const perTask = Object.entries(after).map(([role, time]) => [role, (time - before[role]!) / measured.tasks]);
    return { ...measured, cpu: Object.fromEntries(perTask) as Record<string, number> };
  });
}

/** Both contestants in turn, the second first in every other round: what slows the machine down meets both alike. */
export async function alternate(
  [ours, peer]: readonly [Contestant, Contestant],
  scenario: Scenario,
  { rounds, durationMs }: { rounds: number; durationMs: number },
  tell: (line: string) => void,
): Promise<{ ours: Run[]; peer: Run[] }> {
  const runs = { ours: [] as Run[], peer: [] as Run[] };
  for (let round = 0; round < rounds; round += 1) {
    const order = [
      { contestant: ours, into: runs.ours },
      { contestant: peer, into: runs.peer },
    ];
    for (const { contestant, into } of round % 2 === 0 ? order : order.reverse()) {
      const run = await measure(contestant, scenario, durationMs);
      into.push(run);
      const figures = Object.entries(run.figures).map(([name, value]) => `${name} ${value.toFixed(1)}`);
      tell(`${scenario.name}, round ${round + 1}, ${contestant.name}: ${figures.join(', ')}`);
    }
  }
  return runs;
}
