import type { ElementRef } from '@angular/core';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { type ChartSeries, Charts, type DrawnChart } from './charts.ts';
import { formatNumber } from '../ui/number.ts';

/** Values over the steps of a window; beside the names stands what they were at the step that is pointed at. */
@Component({
  selector: 'app-time-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'card', role: 'group', '[attr.aria-label]': 'heading()' },
  template: `
    <header>
      <h2>{{ heading() }}</h2>
      <ul>
        @for (series of shown(); track series.name) {
          <li>
            <span class="key" [class.bar]="series.kind === 'bar'" [style.background]="series.color"></span
            ><span class="muted">{{ series.name }}</span> <strong>{{ series.value }}</strong>
          </li>
        }
      </ul>
    </header>
    <div #canvas class="canvas" aria-hidden="true">
      @if (isFailed()) {
        <p class="muted" i18n>The chart could not be drawn. The figures are in the table below.</p>
      }
    </div>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 4px;
      padding: 12px 16px 8px;
    }
    header {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 16px;
      align-items: baseline;
      justify-content: space-between;
    }
    ul {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 16px;
      font-size: 13px;
    }
    li {
      display: inline-flex;
      gap: 6px;
      align-items: baseline;
      white-space: nowrap;
    }
    strong {
      min-width: 4ch;
    }
    .key {
      align-self: center;
      width: 12px;
      height: 3px;
      border-radius: 2px;
    }
    .key.bar {
      width: 9px;
      height: 9px;
    }
    .canvas {
      height: 168px;
      cursor: pointer;
    }
  `,
})
export class TimeChart {
  readonly heading = input.required<string>();
  readonly labels = input.required<readonly string[]>();
  readonly series = input.required<readonly ChartSeries[]>();
  readonly format = input<(value: number) => string>(formatNumber);
  /** The step that is pointed at in any of the charts. */
  readonly pointed = input<number>();
  readonly isStill = input(false);
  /** Moves when colours are other ones. */
  readonly theme = input<unknown>();
  readonly pointedAt = output<number | undefined>();
  readonly chosen = output<number>();

  private readonly canvas = viewChild.required<ElementRef<HTMLElement>>('canvas');
  readonly #chart = signal<DrawnChart | undefined>(undefined);
  protected readonly isFailed = signal(false);
  protected readonly shown = computed(() => {
    const index = this.pointed() ?? this.labels().length - 1;
    return this.series().map((series) => {
      const value = series.values[index];
      return { ...series, value: value === null || value === undefined ? '–' : this.format()(value) };
    });
  });

  constructor() {
    const charts = inject(Charts);
    let isGone = false;
    effect((onCleanup) => {
      const host = this.canvas().nativeElement;
      const drawing = charts.draw(
        host,
        (index) => this.pointedAt.emit(index),
        (index) => this.chosen.emit(index),
      );
      drawing.then(
        (chart) => (isGone ? chart.remove() : this.#chart.set(chart)),
        () => this.isFailed.set(true),
      );
      onCleanup(() => this.#chart()?.remove());
    });
    effect(() => {
      this.theme();
      const [labels, series, format, isStill] = [this.labels(), this.series(), this.format(), this.isStill()];
      this.#chart()?.show({ labels, series, format, isStill });
    });
    inject(DestroyRef).onDestroy(() => (isGone = true));
  }
}
