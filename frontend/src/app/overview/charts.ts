import { Injectable } from '@angular/core';

export interface ChartSeries {
  readonly name: string;
  readonly kind: 'line' | 'bar';
  /** A CSS colour. */
  readonly color: string;
  /** One for each step; null where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** Series with the same name stand on each other. */
  readonly stack?: string;
  readonly isFilled?: boolean;
}

export interface ChartData {
  readonly labels: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  /** Without movement. */
  readonly isStill: boolean;
}

export interface DrawnChart {
  show(data: ChartData): void;
  remove(): void;
}

/** What draws charts; fetched with the first of them, as it weighs more than all the rest of the page. */
@Injectable({ providedIn: 'root' })
export class Charts {
  /**
   * @param pointAt told the step that is pointed at, in any of the charts
   * @param choose told the step that was clicked
   */
  async draw(
    host: HTMLElement,
    pointAt: (index: number | undefined) => void,
    choose: (index: number) => void,
  ): Promise<DrawnChart> {
    const { drawChart } = await import('./chart-drawing.ts');
    return drawChart(host, pointAt, choose);
  }
}
