import { ChangeDetectionStrategy, Component } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { FieldType, type FieldTypeConfig } from '@ngx-formly/core';

@Component({
  selector: 'app-boolean-field',
  imports: [ReactiveFormsModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <label class="choice">
      <input type="checkbox" [formControl]="formControl" />
      <span>
        {{ props.label }}
        @if (props.description) {
          <span class="muted">– {{ props.description }}</span>
        }
      </span>
    </label>
  `,
})
export class BooleanField extends FieldType<FieldTypeConfig> {}
