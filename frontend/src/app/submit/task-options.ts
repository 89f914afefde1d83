import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect } from '@angular/material/select';
import type { SubmitTask } from '../../../../contracts/submit.ts';

const largestAttempts = 50;
const secondsPer = { minutes: 60, hours: 3600, days: 86_400 } as const;

/** The form behind "When, retries, tags". Control names are the API's, so that its errors find them. */
export function optionsForm() {
  return new FormGroup({
    /** Local date and time, as the browser's field has it. */
    scheduledFor: new FormControl('', { nonNullable: true }),
    expiresIn: new FormControl<number | null>(null, Validators.min(1)),
    expiresUnit: new FormControl<keyof typeof secondsPer>('minutes', { nonNullable: true }),
    maxAttempts: new FormControl<number | null>(null, [Validators.min(1), Validators.max(largestAttempts)]),
    /** Separated by commas. */
    tags: new FormControl('', { nonNullable: true }),
  });
}
export type OptionsForm = ReturnType<typeof optionsForm>;

/** The part of a submission these options say; what is left empty is left to the API. */
export function optionsOf(form: OptionsForm): Omit<SubmitTask, 'type' | 'payload'> {
  const { scheduledFor, expiresIn, expiresUnit, maxAttempts, tags } = form.getRawValue();
  const words = tags.split(',').flatMap((tag) => tag.trim() || []);
  return {
    ...(scheduledFor !== '' && { scheduledFor: new Date(scheduledFor).toISOString() }),
    ...(expiresIn !== null && { expiresIn: expiresIn * secondsPer[expiresUnit] }),
    ...(maxAttempts !== null && { maxAttempts }),
    ...(words.length > 0 && { tags: words }),
  };
}

@Component({
  selector: 'app-task-options',
  imports: [MatError, MatFormField, MatHint, MatInput, MatLabel, MatOption, MatSelect, ReactiveFormsModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="grid" [formGroup]="form()">
      <mat-form-field>
        <mat-label>Not before</mat-label>
        <input matInput type="datetime-local" formControlName="scheduledFor" />
        <mat-hint>Empty: at once.</mat-hint>
        <mat-error>{{ fault('scheduledFor') }}</mat-error>
      </mat-form-field>
      <div class="pair">
        <mat-form-field>
          <mat-label>Expires after</mat-label>
          <input matInput type="number" min="1" formControlName="expiresIn" />
          <mat-hint>Empty: never.</mat-hint>
          <mat-error>{{ fault('expiresIn') }}</mat-error>
        </mat-form-field>
        <mat-form-field class="unit">
          <mat-select formControlName="expiresUnit" aria-label="Unit of the expiry">
            <mat-option value="minutes">minutes</mat-option>
            <mat-option value="hours">hours</mat-option>
            <mat-option value="days">days</mat-option>
          </mat-select>
        </mat-form-field>
      </div>
      <mat-form-field>
        <mat-label>Attempts at most</mat-label>
        <input matInput type="number" min="1" max="50" formControlName="maxAttempts" />
        <mat-hint>Empty: 7. Between them it waits, longer each time.</mat-hint>
        <mat-error>{{ fault('maxAttempts') }}</mat-error>
      </mat-form-field>
      <mat-form-field>
        <mat-label>Tags</mat-label>
        <input matInput formControlName="tags" autocomplete="off" />
        <mat-hint>Words to find it by, with commas between.</mat-hint>
        <mat-error>{{ fault('tags') }}</mat-error>
      </mat-form-field>
    </div>
  `,
  styles: `
    .grid {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr));
      gap: 16px;
      align-items: start;
      padding-top: 12px;
    }
    .pair {
      display: grid;
      grid-template-columns: 1fr 112px;
      gap: 8px;
      align-items: start;
    }
    mat-form-field {
      min-width: 0;
      width: 100%;
    }
  `,
})
export class TaskOptions {
  readonly form = input.required<OptionsForm>();

  protected fault(name: keyof OptionsForm['controls']): string {
    const errors = this.form().controls[name].errors;
    if (errors?.['server']) return (errors['server'] as { message: string }).message;
    if (errors?.['min']) return 'At least 1.';
    return errors?.['max'] ? `At most ${largestAttempts}.` : '';
  }
}
