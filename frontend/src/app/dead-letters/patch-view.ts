import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { JsonPatch } from '../../../../contracts/replay.ts';
import { valueAt } from './json-edit.ts';

const longestValue = 200;

/** A JSON Patch as a diff: at each place what it takes away and what it puts there. */
@Component({
  selector: 'app-patch-view',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ul [attr.aria-label]="label">
      @for (change of changes(); track $index) {
        <li>
          <code class="path">{{ change.path }}</code>
          @if (change.from !== undefined) {
            <code class="from"><span class="visually-hidden" i18n>before:</span>{{ change.from }}</code>
          }
          @if (change.to !== undefined) {
            <code class="to"><span class="visually-hidden" i18n>after:</span>{{ change.to }}</code>
          }
        </li>
      }
    </ul>
  `,
  styles: `
    ul {
      overflow: hidden;
      border: 1px solid var(--line);
      border-radius: var(--radius-small);
    }
    li {
      display: grid;
    }
    code {
      padding: 3px 12px;
      overflow-wrap: anywhere;
      white-space: pre-wrap;
      unicode-bidi: isolate;
    }
    .path {
      background: var(--surface-sunken);
      color: var(--text-muted);
      font-weight: 600;
    }
    .from::before {
      content: '− ';
    }
    .to::before {
      content: '+ ';
    }
    .from {
      background: color-mix(in srgb, var(--state-dead-lettered) 9%, transparent);
      color: var(--state-dead-lettered);
    }
    .to {
      background: color-mix(in srgb, var(--state-completed) 10%, transparent);
      color: var(--state-completed);
    }
  `,
})
export class PatchView {
  readonly patch = input.required<JsonPatch>();
  /** The value that it applies to, where that is known: only then it is plain what is taken away. */
  readonly before = input<unknown>();
  protected readonly label = $localize`Changes`;
  protected readonly changes = computed(() =>
    this.patch().map((operation) => {
      const { op, path } = operation;
      const old = op === 'replace' || op === 'remove' ? valueAt(this.before(), path) : undefined;
      return {
        path: path === '' ? $localize`the whole payload` : path,
        from: op === 'remove' && old === undefined ? $localize`removed` : shown(old),
        to: 'from' in operation ? `${op} ${operation.from}` : 'value' in operation ? shown(operation.value) : undefined,
      };
    }),
  );
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
