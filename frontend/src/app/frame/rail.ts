import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { Icon } from '../ui/icon.ts';
import { DeadLetterCount } from './dead-letter-count.ts';
import { places, settingsPlace } from './places.ts';

/** The way to every page: on the left, or at the bottom of a phone. */
@Component({
  selector: 'app-rail',
  imports: [Icon, RouterLink, RouterLinkActive],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './rail.html',
  styleUrl: './rail.scss',
})
export class Rail {
  protected readonly deadLetters = inject(DeadLetterCount).count;
  protected readonly places = places;
  protected readonly settings = settingsPlace;

  protected shorten(count: number): string {
    return count > 999 ? '999+' : String(count);
  }
}
