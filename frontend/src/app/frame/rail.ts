import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink, RouterLinkActive } from '@angular/router';
import { filter, map } from 'rxjs';
import { Icon } from '../ui/icon.ts';
import { ChatCount } from './chat-count.ts';
import { DeadLetterCount } from './dead-letter-count.ts';
import { type Place, places, settingsPlace } from './places.ts';

/** The way to every page: on the left, or at the bottom of a phone. */
@Component({
  selector: 'app-rail',
  imports: [Icon, RouterLink, RouterLinkActive],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './rail.html',
  styleUrl: './rail.scss',
})
export class Rail {
  readonly #counts = { 'dead-letters': inject(DeadLetterCount).count, chat: inject(ChatCount).unread };
  /** Without what is asked for in it. */
  protected readonly path = toSignal(
    inject(Router).events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map(({ urlAfterRedirects }) => urlAfterRedirects.split('?')[0]),
    ),
  );
  protected readonly places = places;
  protected readonly settings = settingsPlace;

  protected countOf({ badge }: Place): number {
    return badge === undefined ? 0 : this.#counts[badge]();
  }

  protected shorten(count: number): string {
    return count > 999 ? '999+' : String(count);
  }
}
