import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Permissions } from '../live/permissions.ts';
import { Tasks } from '../live/tasks.ts';
import { signInAddress, SignIn } from '../live/who.ts';
import { Icon } from '../ui/icon.ts';
import { RelativeTime } from '../ui/relative-time.ts';

interface Permission {
  readonly what: string;
  readonly isAllowed: boolean;
}

/** Who the person is for the server, until when, and what that allows. */
@Component({
  selector: 'app-sign-in-state',
  imports: [Icon, MatButton, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './sign-in-state.html',
  styleUrls: ['./facts.scss', './sign-in-state.scss'],
})
export class SignInState {
  protected readonly who = inject(SignIn).who;
  protected readonly connection = inject(Tasks).connection;
  protected readonly whyNotOperator = inject(Permissions).needsOperator;
  readonly #page = inject(DOCUMENT);
  protected readonly signInAddress = signInAddress(this.#page);
  protected readonly signOutAddress = '/.auth/logout?post_logout_redirect_uri=/';

  protected readonly permissions = computed<readonly Permission[]>(() => {
    const { isSignedIn, isOperator } = this.who();
    return [
      { what: $localize`Submit tasks and schedules`, isAllowed: isSignedIn },
      { what: $localize`See, cancel and replay my own tasks`, isAllowed: isSignedIn },
      { what: $localize`See, cancel and replay the tasks of all, and their dead letters`, isAllowed: isOperator },
      { what: $localize`See where in the code an attempt failed`, isAllowed: isOperator },
    ];
  });
  protected readonly isLive = computed(() => this.connection().kind === 'live');
}
