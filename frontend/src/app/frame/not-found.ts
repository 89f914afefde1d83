import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';

@Component({
  selector: 'app-not-found',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="card">
      <h1 i18n>There is no such page</h1>
      <p class="muted" i18n>
        Check the address, or go to <a routerLink="/submit">Submit</a> or <a routerLink="/tasks">Tasks</a>.
      </p>
    </section>
  `,
  styles: `
    section {
      display: grid;
      gap: 8px;
      justify-items: center;
      padding: 56px 16px;
      text-align: center;
    }
  `,
})
export class NotFound {}
