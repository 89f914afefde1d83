import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
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

  constructor() {
    inject(Theme);
    inject(Shortcuts).listen();
  }
}
