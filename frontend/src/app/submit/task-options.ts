import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatOption, MatSelect, MatSelectTrigger } from '@angular/material/select';
import { Clock } from '../ui/clock.ts';
import { type DeliveryLook, deliveryLooks, largestAttempts, type OptionsForm, priorityLooks } from './options-form.ts';

@Component({
  selector: 'app-task-options',
  imports: [
    MatError,
    MatFormField,
    MatHint,
    MatInput,
    MatLabel,
    MatOption,
    MatSelect,
    MatSelectTrigger,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="grid" [formGroup]="form()">
      <mat-form-field>
        <mat-label i18n>Not before</mat-label>
        <input matInput type="datetime-local" formControlName="scheduledFor" />
        @if (isPast()) {
          <mat-hint i18n>That is past: at once.</mat-hint>
        } @else {
          <mat-hint i18n>Empty: at once.</mat-hint>
        }
        <mat-error>{{ fault('scheduledFor') }}</mat-error>
      </mat-form-field>
      <div class="pair">
        <mat-form-field>
          <mat-label i18n>Expires after</mat-label>
          <input matInput type="number" min="1" formControlName="expiresIn" />
          <mat-hint i18n>Empty: never.</mat-hint>
          <mat-error>{{ fault('expiresIn') }}</mat-error>
        </mat-form-field>
        <mat-form-field class="unit">
          <mat-select formControlName="expiresUnit" aria-label="Unit of the expiry" i18n-aria-label>
            <mat-option value="minutes" i18n>minutes</mat-option>
            <mat-option value="hours" i18n>hours</mat-option>
            <mat-option value="days" i18n>days</mat-option>
          </mat-select>
        </mat-form-field>
      </div>
      <mat-form-field>
        <mat-label i18n>Delivery</mat-label>
        <mat-select formControlName="delivery">
          <mat-select-trigger>{{ delivery().word }}</mat-select-trigger>
          @for (look of deliveryLooks; track look.name) {
            <mat-option [value]="look.name">
              <span class="word">{{ look.word }}</span>
              <span class="about">{{ look.about }}</span>
            </mat-option>
          }
        </mat-select>
        <mat-hint>{{ delivery().about }}</mat-hint>
        <mat-error>{{ fault('delivery') }}</mat-error>
      </mat-form-field>
      <mat-form-field>
        <mat-label i18n>Ordering key</mat-label>
        <input matInput formControlName="orderingKey" autocomplete="off" />
        <mat-hint i18n>Your tasks with the same key run one after the other.</mat-hint>
        <mat-error>{{ fault('orderingKey') }}</mat-error>
      </mat-form-field>
      @if (form().controls.orderingKey.value.trim() !== '') {
        <mat-form-field>
          <mat-label i18n>If it ends in the dead letters</mat-label>
          <mat-select formControlName="ifDeadLettered">
            <mat-option value="set-aside" i18n>The next one runs</mat-option>
            <mat-option value="hold" i18n>The next one waits for its replay</mat-option>
          </mat-select>
          <mat-error>{{ fault('ifDeadLettered') }}</mat-error>
        </mat-form-field>
      }
      <mat-form-field>
        <mat-label i18n>Concurrency key</mat-label>
        <input matInput formControlName="concurrencyKey" autocomplete="off" />
        <mat-hint i18n>Of your tasks with the same key, one runs at a time.</mat-hint>
        <mat-error>{{ fault('concurrencyKey') }}</mat-error>
      </mat-form-field>
      <mat-form-field>
        <mat-label i18n>Priority</mat-label>
        <mat-select formControlName="priority">
          @for (look of priorityLooks; track look.name) {
            <mat-option [value]="look.name">{{ look.word }}</mat-option>
          }
        </mat-select>
        @if (form().controls.orderingKey.value.trim() !== '') {
          <mat-hint i18n>With an ordering key, order goes first.</mat-hint>
        } @else {
          <mat-hint i18n>Each has workers of its own.</mat-hint>
        }
        <mat-error>{{ fault('priority') }}</mat-error>
      </mat-form-field>
      <mat-form-field>
        <mat-label i18n>Attempts at most</mat-label>
        <input matInput type="number" min="1" max="50" formControlName="maxAttempts" />
        @if (delivery().name === 'at-most-once') {
          <mat-hint i18n>Only one, as the delivery says.</mat-hint>
        } @else {
          <mat-hint i18n>Empty: 7. Between them it waits, longer each time.</mat-hint>
        }
        <mat-error>{{ fault('maxAttempts') }}</mat-error>
      </mat-form-field>
      <mat-form-field>
        <mat-label i18n>Tell this address of its end</mat-label>
        <input matInput type="url" formControlName="callbackUrl" autocomplete="off" placeholder="https://" />
        <mat-hint i18n>Called by a signed webhook; the server says which hosts may be.</mat-hint>
        <mat-error>{{ fault('callbackUrl') }}</mat-error>
      </mat-form-field>
      <mat-form-field>
        <mat-label i18n>Tags</mat-label>
        <input matInput formControlName="tags" autocomplete="off" />
        <mat-hint i18n>Words to find it by, with commas between.</mat-hint>
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
    mat-option {
      min-height: 56px;
      padding-block: 6px;
    }
    .word {
      display: block;
      font-weight: 550;
    }
    .about {
      display: block;
      color: var(--text-muted);
      font-size: 12px;
      line-height: 1.35;
    }
    mat-form-field {
      min-width: 0;
      width: 100%;
    }
  `,
})
export class TaskOptions {
  readonly form = input.required<OptionsForm>();
  readonly #clock = inject(Clock);
  protected readonly deliveryLooks = deliveryLooks;
  protected readonly priorityLooks = priorityLooks;

  protected isPast(): boolean {
    return Date.parse(this.form().controls.scheduledFor.value) < this.#clock.now();
  }

  /** The one that is chosen. */
  protected delivery(): DeliveryLook {
    const chosen = this.form().controls.delivery.value;
    return deliveryLooks.find(({ name }) => name === chosen) ?? deliveryLooks[0]!;
  }

  protected fault(name: keyof OptionsForm['controls']): string {
    const errors = this.form().controls[name].errors;
    if (errors?.['server']) return (errors['server'] as { message: string }).message;
    if (errors?.['maxlength']) return $localize`At most 128 characters.`;
    if (errors?.['pattern']) return $localize`A whole address that begins with https://.`;
    if (errors?.['min']) return $localize`At least 1.`;
    return errors?.['max'] ? $localize`At most ${largestAttempts}:limit:.` : '';
  }
}
