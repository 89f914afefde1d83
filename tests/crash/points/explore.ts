import type { CrashPoint } from './gate.ts';
import type { Finding, Laboratory } from './laboratory.ts';
import type { Path } from './paths.ts';

export interface Exploration {
  /** From 1, both included. */
  readonly from: number;
  readonly to: number;
  readonly when: readonly CrashPoint['when'][];
  readonly onFinding: (finding: Finding) => void;
}

type Life = { readonly path: Path; readonly point: CrashPoint | undefined };

/** One life without a kill tells how many operations a path has; then one life for each of them, on whichever stack is free. */
export async function explorePaths(
  laboratories: readonly Laboratory[],
  paths: readonly Path[],
  { from, to, when, onFinding }: Exploration,
): Promise<Finding[]> {
  const whole = await spread(laboratories, paths.map((path) => ({ path, point: undefined })), onFinding); // prettier-ignore
  const lives = paths.flatMap((path) => {
    const { operations: all, faults } = whole.find((finding) => finding.path === path.name)!;
    // What fails without a crash tells nothing about crashes.
    const operations = faults.length > 0 ? -1 : all.length;
    // One more than was counted: no life is quite like the other.
    return range(from, Math.min(to, operations + 1)).flatMap((k) => when.map((at): Life => ({ path, point: { k, when: at } }))); // prettier-ignore
  });
  return [...whole, ...(await spread(laboratories, lives, onFinding))];
}

async function spread(
  laboratories: readonly Laboratory[],
  lives: readonly Life[],
  onFinding: (finding: Finding) => void,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const left = [...lives];
  const work = async (laboratory: Laboratory) => {
    for (let life = left.shift(); life !== undefined; life = left.shift()) {
      const finding = await laboratory.run(life.path, life.point);
      onFinding(finding);
      findings.push(finding);
    }
  };
  await Promise.all(laboratories.map(work));
  return findings;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
}
