import { computed, inject, type Signal } from '@angular/core';
import type { TaskState } from '../../../../contracts/task-states.ts';
import { liveQuery } from '../live/live-query.ts';
import { Tasks } from '../live/tasks.ts';
import { formatNumber } from '../ui/number.ts';
import { statesInOrder } from '../ui/state-look.ts';
import { type Filter, statesOf, toQuery } from './filter.ts';

/** How many tasks there are in each state, of those that fit the rest of the filter, live. Made where things can be injected. */
export class StateCounts {
  readonly #api = inject(Tasks).client.api;
  readonly #filter: Signal<Filter>;
  readonly #query;

  constructor(filter: Signal<Filter>) {
    this.#filter = filter;
    this.#query = liveQuery({
      params: computed(() => JSON.stringify({ ...filter(), state: undefined })),
      load: (json) => this.#api.countTasks(toQuery(JSON.parse(json) as Filter, Date.now())),
      on: ({ kind }) => kind !== 'progress',
      keeps: true,
    });
  }

  readonly states = computed(() => this.#query.value()?.states);
  readonly total = computed(() => sum(this.states(), statesInOrder));
  /** How many fit the whole filter. */
  readonly matching = computed(() => {
    const chosen = statesOf(this.#filter());
    return sum(this.states(), chosen.length > 0 ? chosen : statesInOrder);
  });
  // Writing a number costs more than anything else of a row, and these are looked at with each event.
  readonly totalText = computed(() => this.#textOf(this.total()));
  readonly matchingText = computed(() => this.#textOf(this.matching()));

  /** The states to choose from: those that are chosen, and those with tasks. */
  readonly chips = computed(() => {
    const [counts, chosen] = [this.states(), statesOf(this.#filter())];
    const isShown = (state: TaskState) => (counts?.[state] ?? 0) > 0 || chosen.includes(state);
    return statesInOrder.filter(isShown).map((state) => ({
      state,
      count: counts === undefined ? '' : formatNumber(counts[state]),
      isOn: chosen.includes(state),
    }));
  });

  #textOf(count: number | undefined): string {
    return count === undefined ? '' : formatNumber(count) + (this.#query.value()?.truncated === true ? '+' : '');
  }
}

function sum(
  counts: Readonly<Record<TaskState, number>> | undefined,
  states: readonly TaskState[],
): number | undefined {
  return counts && states.reduce((total, state) => total + counts[state], 0);
}
