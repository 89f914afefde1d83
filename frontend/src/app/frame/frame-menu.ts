import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatDivider } from '@angular/material/divider';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import { signInAddress, SignIn } from '../live/who.ts';
import { Icon } from '../ui/icon.ts';
import { Theme, themeLooks, themes } from './theme.ts';

/** The theme, and who I am. */
@Component({
  selector: 'app-frame-menu',
  imports: [Icon, MatDivider, MatIconButton, MatMenu, MatMenuItem, MatMenuTrigger, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button
      matIconButton
      type="button"
      [matMenuTriggerFor]="themeMenu"
      [attr.aria-label]="themeLabel()"
      title="Theme"
      i18n-title
    >
      <app-icon [name]="looks[theme.name()].icon" [size]="20" />
    </button>
    <mat-menu #themeMenu="matMenu">
      @for (name of themes; track name) {
        <button
          mat-menu-item
          type="button"
          role="menuitemradio"
          [attr.aria-checked]="theme.name() === name"
          (click)="theme.name.set(name)"
        >
          <span class="entry">
            <app-icon [name]="looks[name].icon" />{{ looks[name].word }}
            @if (theme.name() === name) {
              <app-icon class="chosen" name="check" />
            }
          </span>
        </button>
      }
    </mat-menu>

    <button
      matIconButton
      type="button"
      [matMenuTriggerFor]="personMenu"
      [attr.aria-label]="who().name"
      [title]="who().name"
    >
      <app-icon name="person" [size]="20" />
    </button>
    <mat-menu #personMenu="matMenu">
      <p class="who">
        {{ who().name }}
        @if (who().isOperator) {
          <small i18n>operator: sees the tasks of all</small>
        }
      </p>
      <mat-divider />
      <a mat-menu-item routerLink="/settings">
        <span class="entry"><app-icon name="gear" /><ng-container i18n>Settings</ng-container></span>
      </a>
      @if (who().isSignedIn) {
        <a mat-menu-item [href]="signInAddress">
          <span class="entry"><app-icon name="person" /><ng-container i18n>Sign in as someone else</ng-container></span>
        </a>
        <a mat-menu-item [href]="'/.auth/logout?post_logout_redirect_uri=/'">
          <span class="entry"><app-icon name="out" /><ng-container i18n>Sign out</ng-container></span>
        </a>
      } @else {
        <a mat-menu-item [href]="signInAddress">
          <span class="entry"><app-icon name="person" /><ng-container i18n>Sign in</ng-container></span>
        </a>
      }
    </mat-menu>
  `,
  styles: `
    :host {
      display: flex;
    }
    button[matIconButton] {
      display: grid;
      place-items: center;
    }
    .entry {
      display: flex;
      align-items: center;
      gap: 12px;
    }
    .chosen {
      margin-left: auto;
      color: var(--accent);
    }
    .who {
      padding: 8px 16px;
      font-weight: 550;
    }
    .who small {
      display: block;
      color: var(--text-muted);
      font-weight: 400;
    }
  `,
})
export class FrameMenu {
  protected readonly theme = inject(Theme);
  protected readonly who = inject(SignIn).who;
  protected readonly themes = themes;
  protected readonly looks = themeLooks;
  readonly #page = inject(DOCUMENT);
  protected readonly themeLabel = computed(() => $localize`Theme: ${this.looks[this.theme.name()].word}:theme:`);

  /** When the menu is opened: the page that it is to lead back to changes. */
  protected get signInAddress(): string {
    return signInAddress(this.#page);
  }
}
