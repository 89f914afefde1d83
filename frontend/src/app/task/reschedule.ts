import { ChangeDetectionStrategy, Component, computed, input, linkedSignal, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { Task } from '../../../../contracts/task.ts';
import { localTimeZone } from '../ui/locale.ts';

/** Another time for a scheduled task, in the person's own time zone. */
@Component({
  selector: 'app-reschedule',
  imports: [MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'card' },
  template: `
    <label>
      <ng-container i18n>Not before</ng-container>
      <input #box type="datetime-local" [value]="local()" (input)="local.set(box.value)" />
    </label>
    <span class="muted">{{ zone }}</span>
    <button matButton="filled" type="button" [disabled]="isBusy() || local() === ''" (click)="save()" i18n>
      Save the time
    </button>
    <button matButton type="button" [disabled]="isBusy()" (click)="rescheduled.emit(null)" i18n>Run it now</button>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: 8px 16px;
      align-items: center;
      justify-content: end;
      padding: 12px 16px;
    }
    label {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 12px;
      align-items: center;
      font-weight: 550;
    }
    input {
      height: 40px;
      padding: 0 12px;
      border: 1px solid var(--line-field);
      border-radius: var(--radius-small);
      background: var(--surface);
      color: inherit;
      font: inherit;
    }
  `,
})
export class Reschedule {
  readonly task = input.required<Task>();
  readonly isBusy = input(false);
  /** ISO 8601, or null for now. */
  readonly rescheduled = output<string | null>();
  protected readonly zone = localTimeZone;
  readonly #now = computed(() => toLocal(this.task().scheduledFor));
  protected readonly local = linkedSignal(() => this.#now());

  protected save(): void {
    const at = new Date(this.local());
    if (!Number.isNaN(at.getTime())) this.rescheduled.emit(at.toISOString());
  }
}

/** As a browser's field has it: local time without a zone. */
function toLocal(iso: string | undefined): string {
  if (iso === undefined) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
