import { DOCUMENT } from '@angular/common';
import { HttpClient } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { catchError, of } from 'rxjs';
import type { Me } from '../../../../contracts/me.ts';
import type { AuthMe } from '../live/who.ts';
import { CopyButton } from '../ui/copy-button.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { curlWith, entraCommand, ownToken } from './own-token.ts';

/** How a script gets in: with the token of this sign-in, or with one that Entra ID gives it. */
@Component({
  selector: 'app-script-access',
  imports: [CopyButton, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './script-access.html',
  styleUrls: ['./facts.scss', './script-access.scss'],
})
export class ScriptAccess {
  readonly #origin = inject(DOCUMENT).location.origin;
  readonly #http = inject(HttpClient);
  /** Asked for anew: a page may be open for longer than a token lasts. Without a token store the platform does not answer. */
  readonly #kept = toSignal(this.#http.get<AuthMe | null>('/.auth/me').pipe(catchError(() => of(null))));
  readonly #me = toSignal(this.#http.get<Me>('/api/me').pipe(catchError(() => of(null))));
  protected readonly isKnown = computed(() => this.#kept() !== undefined && this.#me() !== undefined);
  protected readonly token = computed(() => ownToken(this.#kept() ?? []));
  protected readonly entra = computed(() => {
    const app = this.#me()?.tokensFrom;
    return app && entraCommand(app, this.#origin);
  });
  /** The token is not for eyes. */
  protected readonly shownCurl = curlWith('…', this.#origin);
  protected readonly tokenText = () => this.token()?.text ?? '';
  protected readonly curl = () => curlWith(this.tokenText(), this.#origin);
  protected readonly entraText = () => this.entra() ?? '';
}
