import { ChangeDetectionStrategy, Component, computed, input, model, signal } from '@angular/core';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect, MatSelectTrigger } from '@angular/material/select';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';

/** With more types than this a person searches instead of reading. */
const manyFrom = 9;

@Component({
  selector: 'app-type-picker',
  imports: [MatFormField, MatInput, MatLabel, MatOption, MatSelect, MatSelectTrigger],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <mat-form-field>
      <mat-label i18n>Task type</mat-label>
      <mat-select data-search [value]="selected()" (valueChange)="selected.set($event)" (openedChange)="wanted.set('')">
        <mat-select-trigger>{{ title() }}</mat-select-trigger>
        @if (isMany()) {
          <input
            matInput
            class="search"
            placeholder="Search"
            i18n-placeholder
            aria-label="Search task types"
            i18n-aria-label
            [value]="wanted()"
            (input)="wanted.set($any($event.target).value)"
            (keydown)="keepTyping($event)"
          />
        }
        @for (type of types(); track type.name) {
          <mat-option [value]="type.name" [class.hidden]="!matches(type)">
            <span class="title">{{ type.title }}</span>
            @if (type.description) {
              <span class="about">{{ type.description }}</span>
            }
          </mat-option>
        }
      </mat-select>
    </mat-form-field>
  `,
  styles: `
    mat-form-field {
      width: 100%;
    }
    mat-option {
      min-height: 56px;
      padding-block: 6px;
    }
    .hidden {
      display: none;
    }
    .title {
      display: block;
      font-weight: 550;
    }
    .about {
      display: block;
      color: var(--text-muted);
      font-size: 12px;
      line-height: 1.35;
    }
    .search {
      padding: 12px 16px;
      border-bottom: 1px solid var(--line);
    }
  `,
})
export class TypePicker {
  readonly types = input.required<readonly TaskTypeInfo[]>();
  /** Name of the chosen type. */
  readonly selected = model.required<string>();
  protected readonly wanted = signal('');
  protected readonly isMany = computed(() => this.types().length >= manyFrom);
  protected readonly title = computed(() => this.types().find(({ name }) => name === this.selected())?.title);

  protected matches({ name, title, description = '' }: TaskTypeInfo): boolean {
    const text = `${name} ${title} ${description}`.toLowerCase();
    return this.wanted()
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word));
  }

  /** The list takes letters and spaces as its own keys otherwise. */
  protected keepTyping(event: KeyboardEvent): void {
    if (!/^(Arrow|Enter|Escape|Tab)/.test(event.key)) event.stopPropagation();
  }
}
