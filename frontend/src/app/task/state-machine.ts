import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import type { TaskState, transitions } from '../../../../contracts/task-states.ts';
import { stateLooks, statesInOrder } from '../ui/state-look.ts';

/** The arrows of the contract, word for word: the compiler holds the two together. */
const arrows: typeof transitions = {
  scheduled: ['running', 'cancelled', 'expired', 'dead-lettered'],
  queued: ['running', 'cancelled', 'expired', 'dead-lettered'],
  running: ['completed', 'retrying', 'dead-lettered', 'cancelled'],
  retrying: ['running', 'cancelled', 'expired', 'dead-lettered'],
  'dead-lettered': ['queued'],
  completed: [],
  cancelled: [],
  expired: [],
};

/** Middles of the boxes. */
const places: Readonly<Record<TaskState, readonly [x: number, y: number]>> = {
  scheduled: [70, 36],
  queued: [70, 108],
  running: [300, 72],
  retrying: [300, 164],
  completed: [560, 28],
  'dead-lettered': [560, 82],
  cancelled: [560, 136],
  expired: [560, 190],
};
const half = { width: 66, height: 18 } as const;

/** Where a task can be and how it may get there, with the way that this one has taken. */
@Component({
  selector: 'app-state-machine',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg viewBox="0 0 640 232" role="img" [attr.aria-label]="words()">
      @for (edge of edges(); track edge.key) {
        <path class="edge" [class.taken]="edge.taken > 0" [attr.d]="edge.path" [style.--color]="edge.color" />
        @if (edge.taken > 0) {
          <path class="head" [attr.d]="edge.head" [style.--color]="edge.color" />
        }
        @if (edge.taken > 1) {
          <text class="times" [attr.x]="edge.middle[0]" [attr.y]="edge.middle[1]">{{ edge.taken }}×</text>
        }
      }
      @for (node of nodes(); track node.state) {
        <g [class.visited]="node.isVisited" [class.here]="node.isHere" [style.--color]="node.color">
          <rect [attr.x]="node.x - half.width" [attr.y]="node.y - half.height" width="132" height="36" rx="18" />
          <text [attr.x]="node.x" [attr.y]="node.y + 5">{{ node.word }}</text>
        </g>
      }
    </svg>
    <p class="way" aria-hidden="true">
      @for (step of folded(); track $index) {
        @if ($index > 0) {
          <span class="muted">→</span>
        }
        @for (state of step.states; track $index) {
          @if ($index > 0) {
            <span class="muted">→</span>
          }
          <span [style.color]="looks[state].color">{{ looks[state].word }}</span>
        }
        @if (step.times > 1) {
          <span class="muted">{{ step.times }}×</span>
        }
      }
    </p>
  `,
  styleUrl: './state-machine.scss',
})
export class StateMachine {
  readonly state = input.required<TaskState>();
  /** Oldest first. */
  readonly events = input.required<readonly TaskEvent[]>();
  protected readonly half = half;
  protected readonly looks = stateLooks;

  /** The states one after the other; the last one is where the task is. */
  protected readonly way = computed((): readonly TaskState[] => {
    const states = this.events()
      .filter(({ kind }) => kind !== 'progress')
      .map(({ state }) => state);
    const all = states.at(-1) === this.state() ? states : [...states, this.state()];
    return all.filter((state, index) => state !== all[index - 1]);
  });
  protected readonly folded = computed(() => foldWay(this.way()));
  protected readonly words = computed(() => {
    const way = this.way().map((state) => stateLooks[state].word);
    return $localize`The way of this task: ${way.join(', ')}:states:.`;
  });
  protected readonly nodes = computed(() =>
    statesInOrder.map((state) => {
      const [x, y] = places[state];
      const { word, color } = stateLooks[state];
      return { state, x, y, word, color, isVisited: this.way().includes(state), isHere: state === this.state() };
    }),
  );
  protected readonly edges = computed(() => {
    const steps = this.way().map((to, index, all) => `${all[index - 1]} ${to}`);
    const drawn = statesInOrder.flatMap((from) => arrows[from].map((to) => ({ from, to })));
    return (
      drawn
        .map(({ from, to }) => {
          const key = `${from} ${to}`;
          const taken = steps.filter((step) => step === key).length;
          return { key, taken, color: stateLooks[to].color, ...lineBetween(from, to) };
        })
        // What was taken lies above what was not.
        .sort((a, b) => a.taken - b.taken)
    );
  });
}

interface Fold {
  readonly states: readonly TaskState[];
  readonly times: number;
}

/** Going to and fro between two states is told once, with how often. */
function foldWay(way: readonly TaskState[]): Fold[] {
  const folds: Fold[] = [];
  for (let at = 0; at < way.length;) {
    const [first, second] = [way[at]!, way[at + 1]];
    let times = 1;
    while (way[at + 2 * times] === first && way[at + 2 * times + 1] === second) times += 1;
    folds.push(times > 1 ? { states: [first, second!], times } : { states: [first], times });
    at += times > 1 ? 2 * times : 1;
  }
  return folds;
}

interface Line {
  readonly path: string;
  readonly head: string;
  readonly middle: readonly [number, number];
}

function lineBetween(from: TaskState, to: TaskState): Line {
  const [[x1, y1], [x2, y2]] = [places[from], places[to]];
  if (x1 === x2) return upright(x1 + (y2 > y1 ? 20 : -20), y1, y2);
  if (x2 < x1) return backwards([x1, y1], [x2, y2]);
  if (x2 - x1 > 300) return pastTheMiddle([x1, y1], [x2, y2]);
  const [start, end] = [x1 + half.width, x2 - half.width];
  const bend = (end - start) / 2;
  return {
    path: `M${start} ${y1}C${start + bend} ${y1} ${end - bend} ${y2} ${end - 6} ${y2}`,
    head: `M${end - 8} ${y2 - 5}l8 5-8 5Z`,
    middle: [(start + end) / 2, (y1 + y2) / 2 - 6],
  };
}

/** Over the states in the middle, or between them: a line behind them would seem to go through them. */
function pastTheMiddle([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): Line {
  const [start, end] = [x1 + half.width, x2 - half.width];
  const [left, top] = places.running;
  const [from, to] = [left - half.width, left + half.width + 4];
  const over = y1 < top ? top - half.height - 10 : (top + places.retrying[1]) / 2;
  const bend = (end - to) / 2;
  return {
    path: `M${start} ${y1}C${start + 40} ${y1} ${from - 40} ${over} ${from} ${over}L${to} ${over}C${to + bend} ${over} ${end - bend} ${y2} ${end - 6} ${y2}`,
    head: `M${end - 8} ${y2 - 5}l8 5-8 5Z`,
    middle: [left, over - 6],
  };
}

/** Between two states one above the other; there and back lie side by side. */
function upright(x: number, y1: number, y2: number): Line {
  const down = y2 > y1 ? 1 : -1;
  const [start, end] = [y1 + half.height * down, y2 - half.height * down];
  return {
    path: `M${x} ${start}L${x} ${end - 6 * down}`,
    head: `M${x - 5} ${end - 8 * down}l5 ${8 * down} 5 ${-8 * down}Z`,
    middle: [x + 14, (start + end) / 2 + 4],
  };
}

/** A replay: below everything, back to the queue. */
function backwards([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): Line {
  const [start, end] = [x1 + half.width, y2 + half.height];
  return {
    path: `M${start} ${y1}C${start + 24} ${y1} ${start + 14} 224 ${x1} 224L${x2 + 60} 224C${x2} 224 ${x2} 200 ${x2} ${end + 6}`,
    head: `M${x2 - 5} ${end + 8}l5 -8 5 8Z`,
    middle: [(x1 + x2) / 2 - 110, 219],
  };
}
