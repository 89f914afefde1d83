import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  ChangeDetectorRef,
  input,
  output,
} from '@angular/core';
import { FormGroup, ReactiveFormsModule } from '@angular/forms';
import { FormlyForm, type FormlyFieldConfig } from '@ngx-formly/core';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';
import { formFields } from '../submit/fields/form-fields.ts';
import { type Schema, toFormValue, toPayload } from '../submit/payload-values.ts';
import { schemaFields } from '../submit/schema-fields.ts';

/** The payload of a task type as a form, drawn from its JSON Schema. */
@Component({
  selector: 'app-payload-form',
  imports: [FormlyForm, ReactiveFormsModule],
  providers: [formFields],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<formly-form [form]="form" [fields]="fields()" [model]="model" (modelChange)="changed.emit()" />`,
})
export class PayloadForm {
  readonly type = input.required<TaskTypeInfo>();
  /** What it begins with. */
  readonly payload = input<unknown>();
  readonly changed = output();
  readonly form = new FormGroup({});
  protected model: { payload?: unknown } = {};
  readonly #view = inject(ChangeDetectorRef);
  readonly #schema = computed(() => this.type().schema as Schema);
  protected readonly fields = computed((): FormlyFieldConfig[] => schemaFields(this.#schema()));

  constructor() {
    effect(() => {
      this.model = { payload: toFormValue(this.#schema(), this.payload()) };
      this.#view.markForCheck();
    });
  }

  value(): unknown {
    return toPayload(this.#schema(), this.model.payload);
  }

  /** Formly's fields look at their controls only when told to. */
  redraw(): void {
    for (const field of this.fields()) field.options?.detectChanges?.(field);
    this.#view.markForCheck();
  }
}
