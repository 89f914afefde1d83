import { ChangeDetectionStrategy, Component, computed, input, linkedSignal, signal } from '@angular/core';
import { Icon } from './icon.ts';

/** Entries drawn at once; a list of a million is opened in parts. */
const page = 100;
const longestText = 400;

interface Entry {
  readonly name: string;
  readonly value: unknown;
}

/** JSON as a tree that folds. Everything is text, whatever it contains. */
@Component({
  selector: 'app-json-tree',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (isFoldable()) {
      <button type="button" class="fold" [attr.aria-expanded]="isOpen()" (click)="isOpen.set(!isOpen())">
        <app-icon name="chevron-right" [size]="14" [class.open]="isOpen()" />
        @if (name(); as name) {
          <span class="name">{{ name }}</span>
        }
        <span class="about">{{ about() }}</span>
      </button>
      @if (isOpen()) {
        <ul>
          @for (entry of entries(); track entry.name) {
            <li><app-json-tree [name]="entry.name" [value]="entry.value" [depth]="depth() + 1" /></li>
          }
          @if (hidden() > 0) {
            <li>
              <button i18n type="button" class="quiet-button" (click)="shown.set(shown() + more)">
                {{ hidden() }} more
              </button>
            </li>
          }
        </ul>
      }
    } @else {
      <span class="leaf">
        @if (name(); as name) {
          <span class="name">{{ name }}</span>
        }
        <span [class]="kind()">{{ text() }}</span>
        @if (isLong()) {
          <button type="button" class="quiet-button" (click)="isWhole.set(!isWhole())">
            @if (isWhole()) {
              <ng-container i18n>less</ng-container>
            } @else {
              <ng-container i18n>all</ng-container>
            }
          </button>
        }
      </span>
    }
  `,
  styleUrl: './json-tree.scss',
})
export class JsonTree {
  readonly value = input.required<unknown>();
  readonly name = input('');
  readonly depth = input(0);
  protected readonly more = page;
  protected readonly shown = signal(page);
  protected readonly isWhole = signal(false);
  protected readonly isOpen = linkedSignal(() => this.depth() < 2);

  protected readonly isFoldable = computed(() => this.size() > 0);
  protected readonly size = computed(() => {
    const value = this.value();
    if (Array.isArray(value)) return value.length;
    return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
  });
  protected readonly entries = computed((): Entry[] => {
    const value = this.value() as object;
    // Of a long list only what is shown: nobody waits for the names of a million.
    const shown: object = Array.isArray(value) ? value.slice(0, this.shown()) : value;
    return Object.entries(shown)
      .slice(0, this.shown())
      .map(([name, entry]: [string, unknown]) => ({ name, value: entry }));
  });
  protected readonly hidden = computed(() => Math.max(0, this.size() - this.shown()));
  protected readonly about = computed(() => {
    const [open, close] = Array.isArray(this.value()) ? ['[', ']'] : ['{', '}'];
    return this.isOpen() ? `${open}${this.size()}${close}` : `${open} … ${this.size()} ${close}`;
  });
  protected readonly kind = computed(() => (this.value() === null ? 'null' : typeof this.value()));
  protected readonly isLong = computed(() => {
    const value = this.value();
    return typeof value === 'string' && value.length > longestText;
  });
  protected readonly text = computed(() => {
    const value = this.value();
    if (!this.isLong() || this.isWhole()) return JSON.stringify(value) ?? '';
    return `${JSON.stringify((value as string).slice(0, longestText)).slice(0, -1)}…`;
  });
}
