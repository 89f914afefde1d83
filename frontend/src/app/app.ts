import { ChangeDetectionStrategy, Component, type ElementRef, inject, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink, RouterOutlet } from '@angular/router';
import { distinctUntilChanged, filter, map, skip } from 'rxjs';
import { FetchAhead } from './frame/fetch-ahead.ts';
import { FrameCommands } from './frame/frame-commands.ts';
import { FrameMenu } from './frame/frame-menu.ts';
import { LiveIndicator } from './frame/live-indicator.ts';
import { Rail } from './frame/rail.ts';
import { Shortcuts } from './frame/shortcuts.ts';
import { Theme } from './frame/theme.ts';
import { ToastList } from './frame/toast-list.ts';
import { Icon } from './ui/icon.ts';
import { keyWord } from './ui/keys.ts';

/** The frame around every page. */
@Component({
  selector: 'app-root',
  imports: [FrameMenu, Icon, LiveIndicator, Rail, RouterLink, RouterOutlet, ToastList],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './app.html',
  styleUrl: './app.scss',
})
export class App {
  readonly #router = inject(Router);
  readonly #shortcuts = inject(Shortcuts);
  protected readonly keyWord = keyWord;
  private readonly content = viewChild.required<ElementRef<HTMLElement>>('content');

  constructor() {
    inject(Theme);
    inject(FrameCommands);
    inject(FetchAhead).start();
    this.#shortcuts.listen();
    this.#focusNewPages();
  }

  protected openPalette(): void {
    void this.#shortcuts.openPalette();
  }

  /** Another page begins at its top, for the keyboard and for screen readers too; the first one begins as any page does. */
  #focusNewPages(): void {
    const paths = this.#router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map(({ urlAfterRedirects }) => urlAfterRedirects.split('?')[0]),
      distinctUntilChanged(),
      skip(1),
      takeUntilDestroyed(),
    );
    paths.subscribe(() => this.content().nativeElement.focus({ preventScroll: true }));
  }
}
