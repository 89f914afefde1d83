import { globSync, readFileSync } from 'node:fs';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import inputs from './inputs.json' with { type: 'json' };
import { costTable } from './cost-table.ts';
import { monthlyCost } from './monthly-cost.ts';

const cellsOf = (table: string) =>
  table
    .split('\n')
    .filter((line) => /^\| (dev|prod)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

it('adds up', () => {
  const { total, ...parts } = monthlyCost(1_000_000, 'prod', inputs);
  expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total);
});

it('grows with the tasks, and never beyond what instances can be busy', () => {
  const totals = [0, 10_000, 1_000_000, 100_000_000].map((tasks) => monthlyCost(tasks, 'prod', inputs).total);
  expect([...totals].sort((a, b) => a - b)).toEqual(totals);
  const free = { ...inputs, included: { ...inputs.included, functionsGbSeconds: 0 }, app: { ...inputs.app, alwaysReadyInstances: { dev: 0, prod: 0 } } }; // prettier-ignore
  const timers = inputs.app.timerSeconds.reduce((sum, seconds) => sum + 1 / seconds, 0);
  // One instance for HTTP, one for the queue, one for history, and the timers' own.
  const always = (3 + timers) * 30 * 24 * 3600 * inputs.app.memoryGb * inputs.prices.functionsPerGbSecond;
  const noExecutions = { ...free, prices: { ...free.prices, functionsPerMillionExecutions: 0 } };
  expect(monthlyCost(1e11, 'dev', noExecutions).functions).toBeCloseTo(always);
});

it('counts the timers that there are, and each series that an alert watches', () => {
  const sources = globSync('functions/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const timers = sources.flatMap((source) => source.match(/app\.timer\(/g) ?? []);
  expect(inputs.app.timerSeconds).toHaveLength(timers.length);
  const alerts = readFileSync('bicep/modules/alerts.bicep', 'utf8');
  const watched = (dimensions: string) => alerts.split(`dimensions: ${dimensions}\n`).length - 1;
  const { Queues, Topics } = entities.UserConfig.Namespaces[0]!;
  const each = Queues.length + Topics.length;
  expect(inputs.app.alertSeries).toBe(watched('eachQueue') * each + watched('[]'));
});

it('takes other prices', () => {
  const prices = { ...inputs.prices, redisPerMonth: { dev: 1, prod: 2 } };
  expect(monthlyCost(0, 'prod', { ...inputs, prices }).redis).toBe(2);
});

it('is what docs/cost.md shows', () => {
  const document = readFileSync('docs/cost.md', 'utf8');
  expect(cellsOf(document)).toEqual(cellsOf(costTable([0, 10_000, 10_000_000], inputs)));
});
