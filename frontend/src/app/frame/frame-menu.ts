import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatDivider } from '@angular/material/divider';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { SignIn } from '../live/who.ts';
import { Icon, type IconName } from '../ui/icon.ts';
import { Theme, type ThemeName, themes } from './theme.ts';

const looks: Record<ThemeName, { readonly word: string; readonly icon: IconName }> = {
  system: { word: 'As the system', icon: 'screen' },
  light: { word: 'Light', icon: 'sun' },
  dark: { word: 'Dark', icon: 'moon' },
};

/** The theme, and who I am. */
@Component({
  selector: 'app-frame-menu',
  imports: [Icon, MatDivider, MatIconButton, MatMenu, MatMenuItem, MatMenuTrigger],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button
      matIconButton
      type="button"
      [matMenuTriggerFor]="themeMenu"
      [attr.aria-label]="'Theme: ' + looks[theme.name()].word"
      title="Theme"
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
      <p class="who">{{ who().name }}</p>
      <mat-divider />
      @if (who().isSignedIn) {
        <a mat-menu-item [href]="signInAddress">
          <span class="entry"><app-icon name="person" />Sign in as someone else</span>
        </a>
        <a mat-menu-item [href]="'/.auth/logout?post_logout_redirect_uri=/'">
          <span class="entry"><app-icon name="out" />Sign out</span>
        </a>
      } @else {
        <a mat-menu-item [href]="signInAddress">
          <span class="entry"><app-icon name="person" />Sign in</span>
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
  `,
})
export class FrameMenu {
  protected readonly theme = inject(Theme);
  protected readonly who = inject(SignIn).who;
  protected readonly themes = themes;
  protected readonly looks = looks;
  protected readonly signInAddress = '/.auth/login/aad?post_login_redirect_uri=/';
}
