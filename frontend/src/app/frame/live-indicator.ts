import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Tasks } from '../live/tasks.ts';
import { signInAddress } from '../live/who.ts';
import { Countdown } from '../ui/countdown.ts';
import { Icon } from '../ui/icon.ts';

/** The connection in words: a person knows at a glance whether what they see is now. */
@Component({
  selector: 'app-live-indicator',
  imports: [Countdown, Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class]': 'connection().kind', '[title]': 'explanation()' },
  template: `
    <span class="dot"></span>
    <span role="status">{{ word() }}</span>
    <!-- Outside of what is read aloud: these change every second. -->
    @if (connection().kind === 'offline') {
      <span class="detail"
        ><span class="word" i18n>retrying</span>&ngsp;<app-countdown [to]="retryAt()" />
        <button type="button" class="quiet-button" title="Retry now" i18n-title (click)="tasks.retryNow()">
          <app-icon name="retry" [size]="16" /><span class="word" i18n>Retry now</span>
        </button>
      </span>
    } @else if (connection().kind === 'signed-out') {
      <a class="detail" [href]="signInAddress" i18n>sign in</a>
    } @else if (missed() > 0) {
      <span class="detail">({{ missed() }})</span>
    }
  `,
  styles: `
    @use '../../styles/mixins';

    :host {
      display: inline-flex;
      align-items: center;
      gap: 8px;
      font-size: 13px;
      font-weight: 500;
      white-space: nowrap;
      --dot: var(--state-queued);
    }
    :host(.live) {
      --dot: var(--state-completed);
    }
    :host(.catching-up) {
      --dot: var(--state-running);
    }
    :host(.offline),
    :host(.signed-out) {
      --dot: var(--state-dead-lettered);
    }
    .dot {
      width: 9px;
      height: 9px;
      border-radius: 50%;
      background: var(--dot);
      box-shadow: 0 0 0 3px color-mix(in srgb, var(--dot) 20%, transparent);
    }
    .detail {
      display: inline-flex;
      align-items: center;
      gap: 4px;
      margin-left: -4px;
      color: var(--text-muted);
      font-weight: 400;
    }
    @media (width < 480px) {
      .detail {
        margin-left: -2px;
      }
      .word {
        @include mixins.visually-hidden;
      }
      .quiet-button {
        min-width: 32px;
        padding: 4px;
      }
    }
  `,
})
export class LiveIndicator {
  protected readonly tasks = inject(Tasks);
  readonly #clock = this.tasks.client.clock;
  readonly #page = inject(DOCUMENT);
  protected readonly connection = this.tasks.connection;
  protected readonly word = computed(() => {
    switch (this.connection().kind) {
      case 'connecting':
        return $localize`Connecting`;
      case 'live':
        return $localize`Live`;
      case 'catching-up':
        return $localize`Catching up`;
      case 'offline':
        return $localize`Offline`;
      case 'signed-out':
        return $localize`Signed out`;
    }
  });
  protected readonly retryAt = computed(() => {
    const state = this.connection();
    // It is told by the local clock, and shown by the server's.
    return state.kind === 'offline' ? state.retryAt + this.#clock.ahead : 0;
  });
  /** Events fetched so far of those that were missed. */
  protected readonly missed = computed(() => {
    const state = this.connection();
    return state.kind === 'catching-up' ? state.events : 0;
  });
  protected get signInAddress(): string {
    return signInAddress(this.#page);
  }

  protected readonly explanation = computed(() => explanations[this.connection().kind]);
}

const explanations = {
  connecting: $localize`Connecting to the live events.`,
  live: $localize`What you see is now: changes arrive as they happen.`,
  'catching-up': $localize`Connected again; fetching what happened meanwhile.`,
  offline: $localize`No connection: what you see may be old. It reconnects by itself and then fetches what was missed.`,
  'signed-out': $localize`Your sign-in is over: nothing new arrives until you sign in again.`,
} as const;
