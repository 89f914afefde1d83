/**
 * `npm run chaos -- [--minutes 10] [--seed N]`: mixed work on two hosts while their processes, the services and the connections are
 * killed, paused, dropped and confused at random; then every task and every effect is accounted for, and the history of all that
 * clients were told is checked. The exit code is 1 when something does not fit.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos/run-chaos.ts';

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    verbose: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
console.log(`Chaos for ${given.minutes} minutes with seed ${given.seed}; the history goes to ${folder}/history.jsonl.`);
const result = await runChaos({
  root: join(import.meta.dirname, '../..'),
  folder,
  milliseconds: Number(given.minutes) * 60_000,
  seed: Number(given.seed),
  log: given.verbose ? (line) => console.log(line) : () => undefined,
});
console.table(result.counts);
console.table(result.faults);
console.log(`Everything had come to its end ${(result.settledMs / 1000).toFixed(1)} s after the last fault.`);
for (const { rule, taskId, detail } of result.violations) console.log(`VIOLATION ${rule}: ${taskId ?? ''} ${detail}`);
for (const leftover of result.leftovers) console.log(`LEFT OVER: ${leftover}`);
const isFine = result.violations.length + result.leftovers.length === 0;
if (isFine) rmSync(folder, { recursive: true, force: true });
console.log(isFine ? 'No violations.' : `See ${folder}.`);
process.exitCode = isFine ? 0 : 1;
