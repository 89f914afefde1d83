import { ChangeDetectionStrategy, Component, computed, input, output, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { partsOf, type TextPart } from './chat-text.ts';
import { TaskCard } from './task-card.ts';

/** So many tasks of one message unfold. */
const mostCards = 3;
/** With more lines than this, the rest is folded away. */
const mostLines = 24;
const charactersPerLine = 80;
const linesOfBlock = 12;

/** What somebody wrote: text, code, links, and the tasks it names, as they are now. */
@Component({
  selector: 'app-message-text',
  imports: [RouterLink, TaskCard],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="text" dir="auto" [class.folded]="isFolded()">
      @for (part of parts(); track $index) {
        @switch (part.kind) {
          @case ('code') {
            <code>{{ part.text }}</code>
          }
          @case ('block') {
            <pre
              dir="ltr"
              tabindex="0"
              role="group"
              aria-label="Code"
              i18n-aria-label
            ><code>{{ part.text }}</code></pre>
          }
          @case ('link') {
            <a [href]="part.address" target="_blank" rel="noopener noreferrer nofollow">{{ part.text }}</a>
          }
          @case ('task') {
            <a [routerLink]="['/tasks', part.id]">{{ part.text }}</a>
          }
          @default {
            <span>{{ part.text }}</span>
          }
        }
      }
    </div>
    @if (isLong()) {
      <button class="more" type="button" [attr.aria-expanded]="!isFolded()" (click)="fold()">
        @if (isFolded()) {
          <ng-container i18n>Show all of it</ng-container>
        } @else {
          <ng-container i18n>Show less</ng-container>
        }
      </button>
    }
    @for (id of tasks(); track id) {
      <app-task-card [id]="id" />
    }
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    .text {
      /* Marks that are piled up on a letter stay on their own message. */
      overflow: clip;
      overflow-clip-margin: 4px;
      white-space: pre-wrap;
      overflow-wrap: anywhere;
      unicode-bidi: plaintext;
    }
    .folded {
      max-height: 300px;
      overflow: hidden;
      mask-image: linear-gradient(#000 calc(100% - 48px), transparent);
    }
    .more {
      min-height: 28px;
      padding: 0;
      border: 0;
      background: none;
      color: var(--accent);
      font: inherit;
      font-size: 12.5px;
      font-weight: 550;
      text-decoration: underline;
      text-underline-offset: 3px;
      cursor: pointer;
    }
    code {
      padding: 1px 5px;
      border: 1px solid var(--line);
      border-radius: 5px;
      background: var(--surface-sunken);
      font-size: 12.5px;
    }
    pre {
      max-height: 320px;
      margin: 6px 0;
      padding: 10px 12px;
      border: 1px solid var(--line);
      border-radius: var(--radius-small);
      background: var(--surface-sunken);
      overflow: auto;
      white-space: pre;
      overflow-wrap: normal;
      line-height: 1.5;
    }
    pre code {
      padding: 0;
      border: 0;
      background: none;
    }
  `,
})
export class MessageText {
  readonly text = input.required<string>();
  protected readonly parts = computed(() => partsOf(this.text()));
  /** It begins to be shown whole. */
  readonly unfolded = output();
  readonly #isUnfolded = signal(false);
  protected readonly isLong = computed(() => linesOf(this.parts()) > mostLines);
  protected readonly isFolded = computed(() => this.isLong() && !this.#isUnfolded());
  protected readonly tasks = computed(() => {
    const ids = this.parts().flatMap((part) => (part.kind === 'task' ? [part.id] : []));
    return [...new Set(ids)].slice(0, mostCards);
  });

  protected fold(): void {
    if (this.isFolded()) this.unfolded.emit();
    this.#isUnfolded.update((is) => !is);
  }
}

/** About as many as it takes; a block of code scrolls by itself. */
function linesOf(parts: readonly TextPart[]): number {
  const lines = ({ kind, text }: TextPart) =>
    kind === 'block' ? linesOfBlock : text.split('\n').length - 1 + text.length / charactersPerLine;
  return parts.reduce((sum, part) => sum + lines(part), 0);
}
