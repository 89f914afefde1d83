import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'app-schedules-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<h1 i18n>Schedules</h1>
    <p class="muted" i18n>Recurring tasks will be listed here.</p>`,
})
export class SchedulesPage {}
