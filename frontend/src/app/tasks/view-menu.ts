import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  type ElementRef,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { MatDivider } from '@angular/material/divider';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Icon } from '../ui/icon.ts';
import { isSeen, nothingSeen } from '../ui/seen-text.ts';
import type { Filter } from './filter.ts';
import { SavedViews, type View } from './saved-views.ts';

/** Filters to be had by name; the one that is shown can be given a name. */
@Component({
  selector: 'app-view-menu',
  imports: [Icon, MatDivider, MatMenu, MatMenuItem, MatMenuTrigger],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.naming]': 'isNaming()' },
  template: `
    @if (isNaming()) {
      <form (submit)="save(box.value); $event.preventDefault()">
        <input
          #box
          type="text"
          maxlength="60"
          aria-label="Name of the view"
          i18n-aria-label
          placeholder="Name of this view"
          i18n-placeholder
          aria-describedby="view-fault"
          [attr.aria-invalid]="isRefused()"
          (input)="isRefused.set(false)"
          (keydown.escape)="isNaming.set(false)"
        />
        <button type="submit" class="quiet-button" i18n>Save</button>
        <button type="button" class="quiet-button" (click)="isNaming.set(false)" i18n>Not now</button>
      </form>
      <p class="fault" id="view-fault" role="alert">{{ isRefused() ? nothingSeen : '' }}</p>
    } @else {
      <button type="button" class="quiet-button shown" [matMenuTriggerFor]="menu">
        <app-icon name="star" [size]="16" />
        <span>{{ current()?.name ?? unnamed }}</span>
        <app-icon name="chevron-down" [size]="14" />
      </button>
    }
    <mat-menu #menu="matMenu">
      @for (view of views.builtIn; track view.name) {
        <button mat-menu-item type="button" (click)="chosen.emit(view.filter)">{{ view.name }}</button>
      }
      @if (views.own().length > 0) {
        <mat-divider />
        @for (view of views.own(); track view.name) {
          <button mat-menu-item type="button" (click)="chosen.emit(view.filter)">{{ view.name }}</button>
        }
      }
      @if (own() || !current()) {
        <mat-divider />
      }
      @if (own(); as own) {
        <button mat-menu-item type="button" (click)="views.forget(own.name)" i18n>
          Forget “<bdi>{{ own.name }}</bdi
          >”
        </button>
      } @else if (!current()) {
        <button mat-menu-item type="button" (click)="beginNaming()" i18n>Save this view …</button>
      }
    </mat-menu>
  `,
  styles: `
    :host {
      display: grid;
      min-width: 0;
    }
    .shown {
      min-height: 40px;
      max-width: 260px;
      span {
        overflow: hidden;
        unicode-bidi: isolate;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    }
    form {
      display: flex;
      gap: 4px;
      align-items: center;
      min-width: 0;
    }
    /* As wide as the form above it, however long the text. */
    .fault {
      width: 0;
      min-width: 100%;
      margin: 0;
      color: var(--state-dead-lettered);
      font-size: 12px;
    }
    .fault:empty {
      display: none;
    }
    form button {
      flex: none;
      white-space: nowrap;
    }
    input {
      min-width: 0;
      width: 170px;
      height: 40px;
      padding: 0 12px;
      border: 1px solid var(--line-field);
      border-radius: var(--radius-small);
      background: var(--surface);
      color: inherit;
      font: inherit;
    }
    @media (width < 600px) {
      :host(.naming) {
        flex-basis: 100%;
      }
      input {
        flex: 1;
      }
    }
  `,
})
export class ViewMenu {
  readonly filter = input.required<Filter>();
  private readonly box = viewChild<ElementRef<HTMLInputElement>>('box');
  readonly chosen = output<Filter>();
  protected readonly views = inject(SavedViews);
  protected readonly isNaming = signal(false);
  protected readonly isRefused = signal(false);
  protected readonly nothingSeen = nothingSeen;
  protected readonly unnamed = $localize`Views`;
  protected readonly current = computed((): View | undefined =>
    this.views.all().find(({ filter }) => sameFilter(filter, this.filter())),
  );
  protected readonly own = computed(() => {
    const current = this.current();
    return current !== undefined && this.views.own().includes(current) ? current : undefined;
  });

  constructor() {
    // Whoever asks for the field is about to write into it.
    effect(() => this.box()?.nativeElement.focus());
  }

  protected beginNaming(): void {
    this.isRefused.set(false);
    this.isNaming.set(true);
  }

  protected save(name: string): void {
    this.isRefused.set(!isSeen(name));
    if (this.isRefused()) return this.box()?.nativeElement.focus();
    this.views.save(name.trim(), this.filter());
    this.isNaming.set(false);
  }
}

function sameFilter(a: Filter, b: Filter): boolean {
  const order = (filter: Filter) => JSON.stringify(Object.entries(filter).sort());
  return order(a) === order(b);
}
