import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { partsOf } from './chat-text.ts';
import { TaskCard } from './task-card.ts';

/** So many tasks of one message unfold. */
const mostCards = 3;

/** What somebody wrote: text, code, links, and the tasks it names, as they are now. */
@Component({
  selector: 'app-message-text',
  imports: [RouterLink, TaskCard],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="text" dir="auto">
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
      white-space: pre-wrap;
      overflow-wrap: anywhere;
      unicode-bidi: plaintext;
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
  protected readonly tasks = computed(() => {
    const ids = this.parts().flatMap((part) => (part.kind === 'task' ? [part.id] : []));
    return [...new Set(ids)].slice(0, mostCards);
  });
}
