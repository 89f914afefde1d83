import { ChangeDetectionStrategy, Component } from '@angular/core';
import { FieldType, FormlyField } from '@ngx-formly/core';

/** Fields one below the other; framed where the object has a name of its own. */
@Component({
  selector: 'app-object-field',
  imports: [FormlyField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.framed]': '!!props.label' },
  template: `
    @if (props.label) {
      <p class="name">{{ props.label }}</p>
    }
    @for (child of field.fieldGroup; track child.id) {
      <formly-field [field]="child" />
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 16px;
    }
    :host(.framed) {
      padding: 12px 16px 16px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-small);
    }
    .name {
      font-weight: 550;
    }
  `,
})
export class ObjectField extends FieldType {
  override defaultOptions = { defaultValue: {} };
}
