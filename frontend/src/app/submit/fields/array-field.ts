import { ChangeDetectionStrategy, Component } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { FieldArrayType, FormlyField } from '@ngx-formly/core';
import { Icon } from '../../ui/icon.ts';

/** A list whose entries can be added and removed. */
@Component({
  selector: 'app-array-field',
  imports: [FormlyField, Icon, MatButton, MatIconButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <fieldset>
      <legend>{{ props.label }}</legend>
      @if (props.description) {
        <p class="muted">{{ props.description }}</p>
      }
      @for (entry of field.fieldGroup; track entry.id; let i = $index) {
        <div class="entry">
          <formly-field [field]="entry" />
          <button matIconButton type="button" aria-label="Remove entry {{ i + 1 }}" i18n-aria-label (click)="remove(i)">
            <app-icon name="close" />
          </button>
        </div>
      }
      <button i18n matButton type="button" (click)="add()">Add an entry</button>
    </fieldset>
  `,
  styles: `
    fieldset {
      display: grid;
      gap: 8px;
      justify-items: start;
      margin: 0;
      padding: 8px 16px 12px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-small);
    }
    legend {
      padding: 0 4px;
      font-size: 12px;
      color: var(--text-muted);
    }
    .entry {
      display: flex;
      gap: 4px;
      align-items: start;
      width: 100%;
    }
    formly-field {
      flex: 1;
      min-width: 0;
    }
  `,
})
export class ArrayField extends FieldArrayType {}
