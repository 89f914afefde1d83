import { ChangeDetectionStrategy, Component, inject, input, linkedSignal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Schedule } from '../../../../contracts/schedule.ts';
import { liveQuery } from '../live/live-query.ts';
import { Tasks } from '../live/tasks.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { ScheduleEditor } from './schedule-editor.ts';

interface Found {
  readonly schedule: Schedule | undefined;
}

/** A new schedule, or one that is changed. */
@Component({
  selector: 'app-edit-schedule-page',
  imports: [Icon, ProblemNote, RouterLink, ScheduleEditor],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <a class="quiet-button back" [routerLink]="id() ? ['/schedules', id()] : '/schedules'">
      <app-icon name="back" [size]="16" />
      @if (id()) {
        <ng-container i18n>The schedule</ng-container>
      } @else {
        <ng-container i18n>Schedules</ng-container>
      }
    </a>
    <h1>
      @if (id()) {
        <ng-container i18n>Change a schedule</ng-container>
      } @else {
        <ng-container i18n>New schedule</ng-container>
      }
    </h1>
    @if (edited(); as edited) {
      <app-schedule-editor [schedule]="edited.schedule" />
    } @else if (found.problem(); as problem) {
      <app-problem-note
        heading="The schedule could not be fetched"
        i18n-heading
        [detail]="problem.message"
        [canRetry]="true"
        (retried)="found.refresh()"
      />
    } @else {
      <span class="skeleton" [style.height.px]="320"></span>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }
    .back {
      justify-self: start;
      margin: -8px 0 -8px -10px;
    }
  `,
})
export class EditSchedulePage {
  /** From the address; missing for a new one. */
  readonly id = input<string>();
  readonly #api = inject(Tasks).client.schedules;
  protected readonly found = liveQuery({
    params: this.id,
    load: async (id) => ({ schedule: id === undefined ? undefined : await this.#api.get(id) }),
  });
  /** As it was when the page was opened: an answer that comes later, or none, takes nothing from what is being typed. */
  protected readonly edited = linkedSignal<Found | undefined, Found | undefined>({
    source: this.found.value,
    computation: (found, before) => found && (before?.value ?? found),
  });
}
