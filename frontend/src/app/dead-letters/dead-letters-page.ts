import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'app-dead-letters-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<h1 i18n>Dead letters</h1>
    <p class="muted" i18n>Tasks that failed for good will be listed here.</p>`,
})
export class DeadLettersPage {}
