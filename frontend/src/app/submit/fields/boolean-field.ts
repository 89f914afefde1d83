import { ChangeDetectionStrategy, Component } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatCheckbox } from '@angular/material/checkbox';
import { FieldType, type FieldTypeConfig } from '@ngx-formly/core';

@Component({
  selector: 'app-boolean-field',
  imports: [MatCheckbox, ReactiveFormsModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <mat-checkbox [formControl]="formControl">
      {{ props.label }}
      @if (props.description) {
        <span class="muted">– {{ props.description }}</span>
      }
    </mat-checkbox>
  `,
  styles: `
    :host {
      display: block;
      margin: -8px 0 -8px -8px;
    }
  `,
})
export class BooleanField extends FieldType<FieldTypeConfig> {}
