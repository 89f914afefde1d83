import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { connect, type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { ChartData, DrawnChart } from './charts.ts';

use([BarChart, CanvasRenderer, GridComponent, LineChart, TooltipComponent]);

/** Charts of a group point at the same moment. */
const group = 'overview';
const animationMs = 200;

/** A colour as the canvas takes it: variables and light-dark() are for the style sheet only. */
function resolved(host: HTMLElement, color: string): string {
  const probe = host.appendChild(host.ownerDocument.createElement('span'));
  probe.style.color = color;
  const result = getComputedStyle(probe).color;
  probe.remove();
  return result;
}

interface Place {
  readonly offsetX: number;
  readonly offsetY: number;
}

/** Draws into the element, and follows its size. */
export function drawChart(
  host: HTMLElement,
  pointAt: (index: number | undefined) => void,
  choose: (index: number) => void,
): DrawnChart {
  const canvas = host.appendChild(host.ownerDocument.createElement('div'));
  canvas.style.height = '100%';
  const chart = init(canvas);
  chart.group = group;
  connect(group);
  const resizing = new ResizeObserver(() => chart.resize());
  resizing.observe(host);
  /** The step at a place of the canvas. */
  const stepAt = ({ offsetX, offsetY }: Place) => {
    if (!chart.containPixel('grid', [offsetX, offsetY])) return undefined;
    return chart.convertFromPixel('grid', [offsetX, offsetY])[0];
  };
  // Not by the chart's own event, which each of the connected charts has, also those without a value there.
  const surface = chart.getZr();
  surface.on('mousemove', (place) => pointAt(stepAt(place)));
  surface.on('globalout', () => pointAt(undefined));
  surface.on('click', (place) => {
    const index = stepAt(place);
    if (index !== undefined) choose(index);
  });
  return {
    // Merged, so that whoever points at a moment keeps pointing at it while values move.
    show: (data) => chart.setOption(toOption(host, data)),
    remove() {
      resizing.disconnect();
      chart.dispose();
      canvas.remove();
    },
  };
}

function toOption(host: HTMLElement, { labels, series, format, isStill }: ChartData): EChartsCoreOption {
  const [line, muted] = [resolved(host, 'var(--line)'), resolved(host, 'var(--text-muted)')];
  const text = { color: muted, fontSize: 11, fontFamily: getComputedStyle(host).fontFamily };
  return {
    animation: !isStill,
    animationDuration: 0,
    animationDurationUpdate: animationMs,
    grid: { left: 52, right: 12, top: 10, bottom: 24 },
    tooltip: {
      trigger: 'axis',
      showContent: false,
      axisPointer: { type: 'line', snap: false, lineStyle: { color: muted } },
    },
    xAxis: {
      type: 'category',
      data: labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: { ...text, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 3,
      axisLabel: { ...text, formatter: format },
      splitLine: { lineStyle: { color: line } },
    },
    series: series.map(({ kind, color, values, stack, isFilled }) => {
      const own = resolved(host, color);
      return {
        type: kind,
        data: values.map((value) => value ?? '-'),
        ...(stack && { stack }),
        // Between steps in which nothing was measured, a line of one point is none.
        showSymbol: values.includes(null),
        showAllSymbol: true,
        symbol: 'circle',
        symbolSize: 4,
        connectNulls: false,
        lineStyle: { width: 2, color: own },
        itemStyle: { color: own },
        ...(isFilled && { areaStyle: { color: own, opacity: 0.14 } }),
        barCategoryGap: '25%',
        cursor: 'pointer',
        emphasis: { disabled: true },
      };
    }),
  };
}
