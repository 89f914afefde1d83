import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Router, RouterLink } from '@angular/router';
import { debounceTime, Subject } from 'rxjs';
import { TaskTypes } from '../live/task-types.ts';
import { type FilterParams, sinceChoices } from './filter.ts';

/** Words rest so long before they are looked for. Milliseconds. */
const typingMs = 200;

/** Which dead letters are shown; kept in the address. */
@Component({
  selector: 'app-filter-bar',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'search' },
  template: `
    <input
      class="control words"
      type="search"
      data-search
      placeholder="Find by error, tag or ID  ( / )"
      i18n-placeholder
      aria-label="Find dead letters"
      i18n-aria-label
      [value]="text()"
      #words
      (focus)="isTyping = true"
      (blur)="isTyping = false"
      (input)="typed.next(words.value)"
    />
    <select class="control" aria-label="Task type" i18n-aria-label #type (change)="set({ type: type.value })">
      <option value="" [selected]="!params().type" i18n>All types</option>
      @for (name of typeNames(); track name) {
        <option [value]="name" [selected]="params().type === name">{{ types.title(name) }}</option>
      }
    </select>
    <select class="control" aria-label="Error" i18n-aria-label #code (change)="set({ code: code.value })">
      <option value="" [selected]="!params().code" i18n>All errors</option>
      @for (name of codeNames(); track name) {
        <option [value]="name" [selected]="params().code === name">{{ name }}</option>
      }
    </select>
    <select class="control" aria-label="Time" i18n-aria-label #since (change)="chooseTime(since.value)">
      <option value="" [selected]="time() === ''" i18n>Any time</option>
      @for (choice of sinceChoices; track choice.name) {
        <option [value]="choice.name" [selected]="time() === choice.name">{{ choice.word }}</option>
      }
      <option value="between" [selected]="time() === 'between'" i18n>Between …</option>
    </select>
    @if (time() === 'between') {
      <label class="moment">
        <span i18n>from</span>
        <input
          class="control"
          type="datetime-local"
          #from
          [value]="local(params().from)"
          (change)="set({ from: iso(from.value) })"
        />
      </label>
      <label class="moment">
        <span i18n>to</span>
        <input
          class="control"
          type="datetime-local"
          #to
          [value]="local(params().to)"
          (change)="set({ to: iso(to.value) })"
        />
      </label>
    }
    @if (isFiltered()) {
      <a class="quiet-button" routerLink="." i18n>Show all</a>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      align-items: center;
    }
    .words {
      flex: 1 1 240px;
    }
    select {
      max-width: 220px;
    }
    .moment {
      display: flex;
      gap: 8px;
      align-items: center;
      color: var(--text-muted);
    }
    @media (width < 600px) {
      .words {
        flex-basis: 100%;
      }
      select {
        flex: 1 1 30%;
        min-width: 96px;
        padding: 0 24px 0 10px;
        font-size: 13px;
      }
    }
  `,
})
export class FilterBar {
  readonly params = input.required<FilterParams>();
  /** Types and codes that there are to choose from. */
  readonly typesSeen = input.required<readonly string[]>();
  readonly codesSeen = input.required<readonly string[]>();
  protected readonly types = inject(TaskTypes);
  readonly #router = inject(Router);
  protected readonly typed = new Subject<string>();
  protected isTyping = false;
  /** As the address has it, but not under the hands of whoever types. */
  protected readonly text = linkedSignal<string, string>({
    source: () => this.params().q ?? '',
    computation: (q, before) => (this.isTyping && before !== undefined ? before.value : q),
  });
  protected readonly sinceChoices = sinceChoices;
  /** What the address names is shown, whether it is among what there is or not. */
  protected readonly typeNames = computed(() => withChosen(this.typesSeen(), this.params().type));
  protected readonly codeNames = computed(() => withChosen(this.codesSeen(), this.params().code));
  protected readonly time = computed(() => {
    const { since, from, to } = this.params();
    return since ?? (from !== undefined || to !== undefined ? 'between' : '');
  });
  protected readonly isFiltered = computed(() => Object.values(this.params()).some((value) => (value ?? '') !== ''));

  constructor() {
    this.typed.pipe(debounceTime(typingMs), takeUntilDestroyed()).subscribe((q) => this.set({ q }));
  }

  protected chooseTime(choice: string): void {
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    if (choice === 'between') this.set({ since: '', from: hourAgo, to: '' });
    else this.set({ since: choice, from: '', to: '' });
  }

  protected set(params: FilterParams): void {
    const queryParams = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value || null]));
    void this.#router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  /** As the browser's field has it: local time, to the minute. */
  protected local(iso: string | undefined): string {
    const time = Date.parse(iso ?? '');
    if (Number.isNaN(time)) return '';
    return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }

  protected iso(local: string): string {
    return local === '' ? '' : new Date(local).toISOString();
  }
}

function withChosen(names: readonly string[], chosen: string | undefined): string[] {
  return [...new Set(chosen ? [...names, chosen] : names)].sort();
}
