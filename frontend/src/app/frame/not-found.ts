import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';

@Component({
  selector: 'app-not-found',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h1 i18n>There is no such page</h1>
    <p class="muted" i18n>
      Check the address, or go to <a routerLink="/submit">Submit</a> or <a routerLink="/tasks">Tasks</a>.
    </p>
  `,
})
export class NotFound {}
