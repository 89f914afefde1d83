import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'app-overview-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<h1 i18n>Overview</h1>
    <p class="muted" i18n>Throughput, latency and health will be shown here.</p>`,
})
export class OverviewPage {}
