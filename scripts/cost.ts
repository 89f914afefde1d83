/** `npm run cost -- [--inputs FILE] [TASKS …]`: what a month costs in both sizes, as a table. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { costTable } from './cost/cost-table.ts';
import type { CostInputs } from './cost/monthly-cost.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { inputs: { type: 'string', default: join(import.meta.dirname, 'cost/inputs.json') } },
});
const inputs = JSON.parse(readFileSync(values.inputs, 'utf8')) as CostInputs;
const tasks = positionals.length > 0 ? positionals.map(Number) : [0, 10_000, 10_000_000];
console.log(costTable(tasks, inputs));
