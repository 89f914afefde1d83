import { ChangeDetectionStrategy, Component, type ElementRef, inject, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { distinctUntilChanged, filter, map, skip } from 'rxjs';
import { FrameMenu } from './frame/frame-menu.ts';
import { LiveIndicator } from './frame/live-indicator.ts';
import { Shortcuts } from './frame/shortcuts.ts';
import { Theme } from './frame/theme.ts';
import { Icon, type IconName } from './ui/icon.ts';

interface Place {
  readonly path: string;
  readonly word: string;
  readonly icon: IconName;
}

/** The frame around every page. */
@Component({
  selector: 'app-root',
  imports: [FrameMenu, Icon, LiveIndicator, RouterLink, RouterLinkActive, RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './app.html',
  styleUrl: './app.scss',
})
export class App {
  protected readonly places: readonly Place[] = [
    { path: '/submit', word: 'Submit', icon: 'submit' },
    { path: '/tasks', word: 'Tasks', icon: 'tasks' },
  ];

  readonly #router = inject(Router);
  private readonly content = viewChild.required<ElementRef<HTMLElement>>('content');

  constructor() {
    inject(Theme);
    inject(Shortcuts).listen();
    this.#focusNewPages();
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
