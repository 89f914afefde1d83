/**
 * `npm run crash-points -- [--path NAME] [--from K] [--to K] [--when before|after] [--stacks N]`: runs each path of a task's life and
 * kills the Functions host (SIGKILL) at its k-th operation, for every k, before it is forwarded and right after. Prints a table; the
 * exit code is 1 when anything was not put right again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { paths, type Path } from './points/paths.ts';
import { type Finding, Laboratory } from './points/laboratory.ts';
import { explorePaths } from './points/explore.ts';

const { values: given } = parseArgs({
  options: {
    path: { type: 'string', multiple: true },
    from: { type: 'string', default: '1' },
    to: { type: 'string', default: '1000' },
    when: { type: 'string', multiple: true, default: ['before', 'after'] },
    stacks: { type: 'string', default: '3' },
    verbose: { type: 'boolean', default: false },
  },
});
const chosen = paths.filter(({ name }) => given.path === undefined || given.path.includes(name));
if (chosen.length === 0)
  throw new Error(`There is no such path: there are ${paths.map(({ name }) => name).join(', ')}.`);

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'crash-points-'));
const log = given.verbose ? (line: string) => console.log(line) : undefined;
const laboratories = await Promise.all(
  Array.from({ length: Number(given.stacks) }, (_, n) => Laboratory.open(root, join(folder, `stack-${n}`), log)),
);
const startedAt = Date.now();
const findings = await explorePaths(laboratories, chosen, {
  from: Number(given.from),
  to: Number(given.to),
  when: given.when as ('before' | 'after')[],
  onFinding: tell,
});
report(chosen, findings);
await Promise.all(laboratories.map((laboratory) => laboratory.close()));
rmSync(folder, { recursive: true, force: true });

function tell({ path, point, operations, killed, recoveryMs, faults }: Finding): void {
  const where =
    point === undefined ? 'no kill' : `${point.when} ${point.k}: ${killed ? operations.at(-1) : 'not reached'}`;
  const how = faults.length === 0 ? `ok, ${recoveryMs} ms` : `FAILED\n    ${faults.join('\n    ')}`;
  console.log(`${path} | ${where} | ${how}`);
  if (point === undefined) console.log(`    ${operations.map((operation, n) => `${n + 1} ${operation}`).join(' · ')}`);
}

function report(of: readonly Path[], all: readonly Finding[]): void {
  console.table(
    of.map(({ name }) => {
      const own = all.filter(({ path }) => path === name);
      const killed = own.filter((finding) => finding.killed);
      return {
        path: name,
        operations: Math.max(...own.map(({ operations }) => operations.length)),
        kills: killed.length,
        failed: own.filter(({ faults }) => faults.length > 0).length,
        'worst recovery, s': (Math.max(0, ...killed.map(({ recoveryMs }) => recoveryMs)) / 1000).toFixed(1),
      };
    }),
  );
  const failed = all.filter(({ faults }) => faults.length > 0).length;
  console.log(`${all.length} lives in ${Math.round((Date.now() - startedAt) / 1000)} s, ${failed} failed.`);
  process.exitCode = failed > 0 ? 1 : 0;
}
