import { BreakpointObserver } from '@angular/cdk/layout';
import { CdkFixedSizeVirtualScroll, CdkVirtualForOf, CdkVirtualScrollableWindow, CdkVirtualScrollViewport } from '@angular/cdk/scrolling'; // prettier-ignore
import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, effect, ElementRef, inject, input, signal, untracked, viewChild } from '@angular/core'; // prettier-ignore
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Router, RouterLink } from '@angular/router';
import { fromEvent, map, startWith } from 'rxjs';
import type { Task } from '../../../../contracts/task.ts';
import { Commands } from '../frame/commands.ts';
import { TaskPage } from '../task/task-page.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { RowNames } from '../ui/row-names.ts';
import { TaskRow } from '../ui/task-row.ts';
import { BulkBar } from './bulk-bar.ts';
import { type ExportFormat, ExportTasks } from './export-tasks.ts';
import { FilterBar } from './filter-bar.ts';
import { cleanFilter, type Filter, toParams } from './filter.ts';
import { FoundTasks } from './found-tasks.ts';
import { JobList } from './job-list.ts';
import { rowCommands } from './row-commands.ts';
import { Selection } from './selection.ts';
import { ShownRows } from './shown-rows.ts';
import { StateChips } from './state-chips.ts';
import { StateCounts } from './state-counts.ts';
import { ViewMenu } from './view-menu.ts';
import { ShownNumber } from '../ui/number.ts';

/** Scrolled further than this, a person reads something that must not move. Pixels. */
const readingFrom = 120;
/** So many rows before the end, older ones are fetched. */
const fetchAhead = 60;
/** Where so many fetches in a row found nothing that fits, a person says whether to look further back. */
const mostBarren = 4;
const wideEnough = '(width >= 1100px)';
const stacked = '(width < 900px)';

/** Every task, newest first, live. The filter, and the task beside the list, are kept in the address. */
@Component({
  selector: 'app-task-list',
  imports: [
    BulkBar,
    CdkFixedSizeVirtualScroll,
    CdkVirtualForOf,
    CdkVirtualScrollableWindow,
    CdkVirtualScrollViewport,
    FilterBar,
    Icon,
    JobList,
    MatButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    ProblemNote,
    RouterLink,
    RowNames,
    ShownNumber,
    StateChips,
    TaskPage,
    TaskRow,
    ViewMenu,
  ],
  providers: [FoundTasks],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './task-list.html',
  styleUrl: './task-list.scss',
  host: { '(document:keydown.escape)': 'closeTop()' },
})
export class TaskList {
  // From the address.
  readonly state = input<string | undefined>();
  readonly type = input<string | undefined>();
  readonly tag = input<string | undefined>();
  readonly orderingKey = input<string | undefined>();
  readonly schedule = input<string | undefined>();
  readonly owner = input<string | undefined>();
  readonly q = input<string | undefined>();
  readonly from = input<string | undefined>();
  readonly to = input<string | undefined>();
  /** The task that is shown beside the list. */
  readonly task = input<string | undefined>();

  readonly #router = inject(Router);
  readonly #export = inject(ExportTasks);
  readonly #view = inject(DOCUMENT).defaultView!;
  readonly #media = inject(BreakpointObserver);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  protected readonly found = inject(FoundTasks);
  protected readonly selection = new Selection();
  protected readonly byId = (_: number, { id }: Task) => id;

  protected readonly isWide = toSignal(this.#media.observe(wideEnough).pipe(map(({ matches }) => matches)), { initialValue: this.#media.isMatched(wideEnough) }); // prettier-ignore
  readonly #isStacked = toSignal(this.#media.observe(stacked).pipe(map(({ matches }) => matches)), { initialValue: this.#media.isMatched(stacked) }); // prettier-ignore
  protected readonly beside = computed(() => (this.isWide() ? this.task() : undefined));
  /** Pixels; the same for all, so that what is out of sight need not be drawn. */
  protected readonly rowHeight = computed(() => (this.#isStacked() ? 92 : this.beside() !== undefined ? 64 : 45));

  protected readonly filter = computed(
    () => cleanFilter({ state: this.state(), type: this.type(), tag: this.tag(), orderingKey: this.orderingKey(), schedule: this.schedule(), owner: this.owner(), q: this.q(), from: this.from(), to: this.to() }),
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  ); // prettier-ignore
  protected readonly isFiltered = computed(() => Object.keys(this.filter()).length > 0);

  protected readonly counts = new StateCounts(this.filter);

  readonly #isReading = toSignal(
    fromEvent(this.#view, 'scroll', { passive: true }).pipe(
      startWith(undefined),
      map(() => this.#view.scrollY > readingFrom),
    ),
    { initialValue: false },
  );
  readonly #shown = new ShownRows(this.found.tasks);
  protected readonly waitingAbove = this.#shown.waitingAbove;
  protected readonly rows = this.#shown.tasks;
  protected readonly isAllShownChosen = computed(
    () => this.rows().length > 0 && this.rows().every(({ id }) => this.selection.has(id)),
  );
  protected readonly problem = computed(() => {
    const state = this.found.state();
    return state.kind === 'failed' ? state.error.message : '';
  });
  readonly #barren = signal(0);
  /** Nobody wants to wait while years are looked through for a rare word. */
  protected readonly asksToGoOn = computed(() => this.found.hasMore() && this.#barren() >= mostBarren);
  protected readonly isSearching = computed(() => this.found.state().kind === 'loading' || (this.found.hasMore() && !this.asksToGoOn())); // prettier-ignore

  constructor() {
    effect(() => {
      const filter = this.filter();
      untracked(() => {
        this.found.look(filter);
        this.#barren.set(0);
        this.#shown.hold(false);
        this.selection.clear();
      });
    });
    effect(() => {
      const isReading = this.#isReading();
      untracked(() => this.#shown.hold(isReading));
    });
    effect(() => {
      const task = this.task();
      if (task !== undefined && !this.isWide()) void this.#router.navigate(['/tasks', task], { replaceUrl: true });
    });
    effect((onCleanup) => {
      const viewport = this.viewport();
      const drawn = viewport?.renderedRangeStream.subscribe(({ end }) => this.#fetchBefore(end));
      const rows = this.rows().length;
      if (viewport !== undefined && this.found.state().kind === 'ready') untracked(() => this.#fetchBefore(rows === 0 ? 0 : viewport.getRenderedRange().end)); // prettier-ignore
      onCleanup(() => drawn?.unsubscribe());
    });
    // While the event comes down: before the link takes it.
    this.#element.addEventListener('click', (event) => this.#openBeside(event), { capture: true });
    inject(Commands).offer(rowCommands({ step: (by) => this.step(by), toggle: () => this.toggleCurrent(), chooseAll: () => this.chooseShown(), open: () => this.openCurrent() })); // prettier-ignore
  }

  protected show(filter: Filter): void {
    void this.#router.navigate([], { queryParams: toParams(filter), queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected showNew(): void {
    this.#shown.hold(false);
    this.#view.scrollTo({ top: 0 });
  }

  protected async lookFurther(): Promise<void> {
    this.#barren.set(0);
    await this.#fetch();
  }

  /** A plain click shows the task beside the list, where there is room; any other goes where links go. */
  #openBeside(event: MouseEvent): void {
    if (!this.isWide() || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
      return;
    const id = (event.target as Element).closest('a[data-task]')?.getAttribute('data-task');
    if (!id) return;
    event.preventDefault();
    event.stopPropagation();
    this.#open(id);
  }

  protected closeBeside(): void {
    this.#open(undefined);
  }

  protected closeTop(): void {
    if (!this.selection.isEmpty()) this.selection.clear();
    else if (this.beside() !== undefined) this.closeBeside();
  }

  protected choose(event: MouseEvent, id: string): void {
    if (event.shiftKey)
      this.selection.extendTo(id, this.rows().map((task) => task.id)); // prettier-ignore
    else this.selection.toggle(id);
  }

  protected chooseShown(): void {
    if (this.isAllShownChosen()) this.selection.clear();
    else this.selection.put(this.rows().map(({ id }) => id));
  }

  protected save(format: ExportFormat): void {
    void this.#export.save(format, this.filter(), this.counts.matching() ?? 0);
  }

  /** The keyboard goes to the next row or the one before; the task beside the list goes along. */
  protected step(by: 1 | -1): void {
    const at = this.#currentIndex();
    const index = Math.min(this.rows().length - 1, at === -1 ? 0 : at + by);
    const task = this.rows()[Math.max(0, index)];
    if (task === undefined) return;
    this.#focusRow(index, task.id);
    if (this.beside() !== undefined) this.#open(task.id);
  }

  protected stepWith(event: Event, by: 1 | -1): void {
    event.preventDefault();
    this.step(by);
  }

  protected toggleCurrent(): void {
    const current = this.rows()[this.#currentIndex()];
    if (current !== undefined) this.selection.toggle(current.id);
  }

  protected openCurrent(): void {
    const current = this.rows()[this.#currentIndex()];
    if (current === undefined) return;
    if (this.isWide()) this.#open(current.id);
    else void this.#router.navigate(['/tasks', current.id]);
  }

  #open(task: string | undefined): void {
    this.#current = task ?? this.#current;
    const extras = { queryParams: { task: task ?? null }, queryParamsHandling: 'merge', scroll: 'manual' } as const;
    // From one task to the next is no step to go back by.
    void this.#router.navigate([], { ...extras, replaceUrl: task !== undefined && this.task() !== undefined });
  }

  #currentIndex(): number {
    const focused = this.#element.ownerDocument.activeElement?.closest('[data-row]')?.getAttribute('data-row');
    const current = focused ?? this.#current;
    return this.rows().findIndex(({ id }) => id === current);
  }

  #current: string | undefined;

  #focusRow(index: number, id: string): void {
    this.#current = id;
    const link = () => this.#element.querySelector<HTMLElement>(`[data-row="${id}"] a`);
    const drawn = link();
    if (drawn) return drawn.focus();
    this.viewport()?.scrollToIndex(Math.max(0, index - 2));
    this.#view.setTimeout(() => link()?.focus());
  }

  #fetchBefore(end: number): void {
    if (this.found.hasMore() && !this.asksToGoOn() && end > this.rows().length - fetchAhead) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    const before = this.found.tasks().length;
    await this.found.loadMore();
    this.#barren.update((count) => (this.found.tasks().length > before ? 0 : count + 1));
  }
}
