import type { Stats, StatsPoint } from '../../../../contracts/stats.ts';
import { formatDuration } from '../ui/duration.ts';
import { formatNumber } from '../ui/number.ts';
import type { ChartSeries } from './charts.ts';
import { openTasks } from './series.ts';

export interface ChartOfStats {
  readonly heading: string;
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
}

const latency = (ms: number) => (ms === 0 ? '0' : formatDuration(ms));

/** The charts of the overview, all over the same steps. */
export function chartsOf(stats: Stats): ChartOfStats[] {
  const { points } = stats.series;
  const values = (read: (point: StatsPoint) => number | undefined) => points.map((point) => read(point) ?? null);
  return [
    {
      heading: $localize`Throughput`,
      format: formatNumber,
      series: [
        { name: $localize`submitted`, kind: 'line', color: 'var(--state-queued)', values: values((point) => point.submitted) },
        { name: $localize`completed`, kind: 'line', color: 'var(--state-completed)', isFilled: true, values: values((point) => point.completed) },
      ],
    },
    {
      heading: $localize`Latency, from due to completed`,
      format: latency,
      series: [
        { name: 'p50', kind: 'line', color: 'var(--state-running)', values: values(({ endToEnd }) => endToEnd.p50) },
        { name: 'p95', kind: 'line', color: 'var(--accent)', values: values(({ endToEnd }) => endToEnd.p95) },
        { name: 'p99', kind: 'line', color: 'var(--state-retrying)', values: values(({ endToEnd }) => endToEnd.p99) },
      ],
    },
    {
      heading: $localize`Open tasks`,
      format: formatNumber,
      series: [
        { name: $localize`waiting or running`, kind: 'line', color: 'var(--state-scheduled)', isFilled: true, values: openTasks(stats) },
      ],
    },
    {
      heading: $localize`Retries and failures`,
      format: formatNumber,
      series: [
        { name: $localize`retried`, kind: 'bar', color: 'var(--state-retrying)', stack: 'failed', values: values((point) => point.retried) },
        { name: $localize`dead-lettered`, kind: 'bar', color: 'var(--state-dead-lettered)', stack: 'failed', values: values((point) => point.deadLettered) },
      ],
    },
  ]; // prettier-ignore
}
