import { afterRenderEffect, ChangeDetectionStrategy, Component, ElementRef, inject, input, model } from '@angular/core';

export interface Tab {
  readonly name: string;
  readonly word: string;
  /** Shown beside the word. */
  readonly note?: string;
}

/** Tabs as ARIA has them: one stop for the keyboard, arrows go from one to the next. Panels have `id` and `aria-labelledby` after them. */
@Component({
  selector: 'app-tab-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'tablist', '(keydown.arrowright)': 'move($event, 1)', '(keydown.arrowleft)': 'move($event, -1)' },
  template: `
    @for (tab of tabs(); track tab.name) {
      <button
        type="button"
        role="tab"
        [id]="'tab-' + tab.name"
        [attr.aria-selected]="tab.name === chosen()"
        [attr.aria-controls]="tab.name === chosen() ? 'panel-' + tab.name : null"
        [tabIndex]="tab.name === chosen() ? 0 : -1"
        (click)="chosen.set(tab.name)"
      >
        {{ tab.word }}
        @if (tab.note) {
          <span class="muted">{{ tab.note }}</span>
        }
      </button>
    }
  `,
  styles: `
    :host {
      display: flex;
      gap: 4px;
      overflow-x: auto;
      border-bottom: 1px solid var(--line);
      scrollbar-width: none;
    }
    button {
      flex: none;
      min-height: 40px;
      padding: 0 14px;
      border: 0;
      border-bottom: 2px solid transparent;
      background: none;
      color: var(--text-muted);
      font-weight: 550;
      cursor: pointer;
    }
    button:hover {
      color: var(--text);
    }
    [aria-selected='true'] {
      border-color: var(--accent);
      color: var(--accent);
    }
    .muted {
      margin-left: 4px;
      font-weight: 400;
    }
    button:focus-visible {
      outline-offset: -2px;
    }
  `,
})
export class TabBar {
  readonly tabs = input.required<readonly Tab[]>();
  readonly chosen = model.required<string>();
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  constructor() {
    // On a phone there are more tabs than are seen.
    afterRenderEffect(() => {
      const [bar, tab] = [this.#element, this.#element.querySelector(`#tab-${this.chosen()}`)];
      if (this.tabs().length === 0 || tab === null) return;
      const [seen, own] = [bar.getBoundingClientRect(), tab.getBoundingClientRect()];
      bar.scrollLeft += Math.min(0, own.left - seen.left) || Math.max(0, own.right - seen.right);
    });
  }

  protected move(event: Event, by: 1 | -1): void {
    event.preventDefault();
    const names = this.tabs().map(({ name }) => name);
    const next = names[(names.indexOf(this.chosen()) + by + names.length) % names.length]!;
    this.chosen.set(next);
    this.#element.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  }
}
