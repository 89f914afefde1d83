import { monthlyCost, type CostInputs, type MonthlyCost } from './monthly-cost.ts';

const columns: readonly (readonly [title: string, part: keyof MonthlyCost])[] = [
  ['Functions', 'functions'],
  ['Service Bus', 'serviceBus'],
  ['Redis', 'redis'],
  ['SignalR', 'signalR'],
  ['App Configuration', 'appConfiguration'],
  ['Storage', 'storage'],
  ['Logs', 'logs'],
  ['Alerts', 'alerts'],
  ['together', 'total'],
];

/** In Markdown: a row for each size and number of tasks a month, whole units of the prices' currency. */
export function costTable(tasks: readonly number[], inputs: CostInputs): string {
  const rows = (['dev', 'prod'] as const).flatMap((size) =>
    tasks.map((count) => {
      const cost = monthlyCost(count, size, inputs);
      return [size, count.toLocaleString('en-US'), ...columns.map(([, part]) => cost[part].toFixed(0))];
    }),
  );
  const header = ['size', 'tasks a month', ...columns.map(([title]) => title)];
  const rule = header.map((_, n) => (n === 0 ? '---' : '---:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
