import { ChangeDetectionStrategy, Component, computed, type ElementRef, inject, input, linkedSignal, output, signal, viewChild } from '@angular/core'; // prettier-ignore
import { SignIn } from '../live/who.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { Icon } from '../ui/icon.ts';
import { endedStates, stateLooks, statesInOrder } from '../ui/state-look.ts';
import { type Filter, type FilterField, unreadable } from './filter.ts';
import { type Completion, completions, filterText, parseFilterText, type Values } from './filter-text.ts';

/** A person who types is left alone for so long. Milliseconds. */
const pauseMs = 180;
const ages = [
  { value: '15m', about: $localize`15 minutes ago` },
  { value: '1h', about: $localize`an hour ago` },
  { value: '24h', about: $localize`a day ago` },
  { value: '7d', about: $localize`a week ago` },
];
const agesOfHistory = [
  { value: '7d', about: $localize`a week ago` },
  { value: '30d', about: $localize`a month ago` },
  { value: '90d', about: $localize`a quarter of a year ago` },
  { value: '365d', about: $localize`a year ago` },
];
const abouts: Readonly<Partial<Record<FilterField, string>>> = {
  state: $localize`where it is in its life; several with commas`,
  type: $localize`kind of task`,
  tag: $localize`one of its tags`,
  orderingKey: $localize`its ordering key`,
  from: $localize`accepted at this time or later`,
  to: $localize`accepted before this time`,
};
/** Of the tasks that are known, so many are looked at for what could be meant. */
const lookedAt = 2_000;

/** The filter as one line of text that completes itself. */
@Component({
  selector: 'app-filter-bar',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './filter-bar.html',
  styleUrl: './filter-bar.scss',
})
export class FilterBar {
  readonly filter = input.required<Filter>();
  /** Only what has ended is looked for, and further back. */
  readonly isOfHistory = input(false);
  readonly filtered = output<Filter>();
  readonly #types = inject(TaskTypes);
  readonly #tasks = inject(Tasks);
  readonly #who = inject(SignIn).who;
  private readonly box = viewChild.required<ElementRef<HTMLInputElement>>('box');
  #typed: Filter | undefined;
  /** What a person types stays as it is typed; a filter from elsewhere is written anew. */
  protected readonly text = linkedSignal<Filter, string>({
    source: this.filter,
    computation: (filter, before) => {
      const isOwn = before !== undefined && this.#typed !== undefined && filterText(this.#typed) === filterText(filter);
      return isOwn ? before.value : filterText(filter);
    },
  });
  protected readonly isOpen = signal(false);
  /** Told when a person has written it: half a word is not wrong. */
  protected readonly unread = computed(() => (this.isOpen() ? '' : unreadable(this.filter(), Date.now()).join(' ')));
  readonly #caret = signal(0);
  protected readonly chosen = signal(-1);
  readonly #known = computed(() => (this.isOpen() ? this.#tasks.newestFirst().slice(0, lookedAt) : []));
  readonly #values = computed((): Values => {
    const types = this.#types.state();
    const [states, times] = this.isOfHistory() ? [endedStates, agesOfHistory] : [statesInOrder, ages];
    const distinct = (values: readonly (string | undefined)[]) =>
      [...new Set(values)].filter((value) => value !== undefined).map((value) => ({ value }));
    return {
      state: states.map((value) => ({ value, about: stateLooks[value].word })),
      type: types.kind === 'ready' ? types.types.map(({ name, title }) => ({ value: name, about: title })) : [],
      tag: distinct(this.#known().flatMap(({ tags }) => tags)),
      orderingKey: distinct(this.#known().map(({ orderingKey }) => orderingKey)),
      owner: distinct(this.#known().map(({ owner }) => owner)),
      from: times,
      to: times,
    };
  });
  protected readonly offers = computed((): Completion[] => {
    if (!this.isOpen()) return [];
    const known = this.#who().isOperator ? { ...abouts, owner: $localize`whose task it is` } : abouts;
    return completions(this.text(), this.#caret(), this.#values(), known);
  });
  #timer: ReturnType<typeof setTimeout> | undefined;

  protected typed(): void {
    const { value } = this.box().nativeElement;
    this.text.set(value);
    this.moved();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), pauseMs);
  }

  protected moved(): void {
    this.#caret.set(this.box().nativeElement.selectionStart ?? 0);
    this.isOpen.set(true);
    this.chosen.set(-1);
  }

  protected choose(event: Event, by: 1 | -1): void {
    const count = this.offers().length;
    if (count === 0) return;
    event.preventDefault();
    this.chosen.update((at) => (at + by + count + (at === -1 && by === -1 ? 1 : 0)) % count);
  }

  protected enter(): void {
    const offer = this.offers()[this.chosen()];
    if (offer) return this.take(offer);
    this.isOpen.set(false);
    this.#tell();
  }

  protected take({ text, caret }: Completion): void {
    const box = this.box().nativeElement;
    this.text.set(text);
    box.value = text;
    box.focus();
    box.setSelectionRange(caret, caret);
    this.moved();
    if (!text.slice(0, caret).endsWith(':')) this.#tell();
  }

  protected escape(event: Event): void {
    if (this.isOpen() && this.offers().length > 0) event.stopPropagation();
    this.isOpen.set(false);
  }

  protected clear(): void {
    this.text.set('');
    this.box().nativeElement.focus();
    this.#tell();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#typed = parseFilterText(this.text());
    this.filtered.emit(this.#typed);
  }
}
