import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { catchError, firstValueFrom, from, map, of, switchMap } from 'rxjs';
import type { Me } from '../../../../contracts/me.ts';
import type { operatorRole as operatorRoleName } from '../../../../contracts/names.ts';

const operatorRole = 'operator' satisfies typeof operatorRoleName;

/** What App Service Authentication answers at `/.auth/me`: one entry per identity provider, or none. */
export type AuthMe = readonly {
  readonly user_id?: string;
  readonly provider_name?: string;
  readonly expires_on?: string;
  /** A JWT that stands for the person, for this app. */
  readonly id_token?: string;
  readonly user_claims?: readonly { typ: string; val: string }[];
}[];

export interface Who {
  readonly name: string;
  readonly isSignedIn: boolean;
  readonly roles: readonly string[];
  /** What the tasks of this person name as their owner, where it is known. */
  readonly owner?: string;
  /** Sees and changes the tasks of all. The server decides; this only tells what to offer. */
  readonly isOperator: boolean;
  /** ISO 8601: until when the platform keeps the sign-in, where it says so. */
  readonly expiresAt?: string;
}

const nobody: Who = { name: $localize`Not signed in`, isSignedIn: false, roles: [], isOperator: false };

/** Who the person is, as the platform's sign-in says. */
@Injectable({ providedIn: 'root' })
export class SignIn {
  readonly #http = inject(HttpClient);
  readonly #saidByPlatform = this.#http.get<AuthMe>('/.auth/me').pipe(
    map(whoIn),
    catchError(() => of(nobody)),
  );
  /** The platform knows nobody there without its token store, which may be off, or on another instance. */
  readonly #saidByApi = this.#http.get<Me>('/api/me').pipe(
    map(({ id, name, roles, isOperator, expiresAt }): Who => {
      return { name, roles, isOperator, owner: id, isSignedIn: true, ...(expiresAt !== undefined && { expiresAt }) };
    }),
    catchError(() => of(nobody)),
  );
  /** Once one of the two has answered. */
  readonly known = firstValueFrom(
    this.#saidByPlatform.pipe(switchMap((who) => (who.isSignedIn ? of(who) : this.#saidByApi))),
    { defaultValue: nobody },
  );
  readonly who = toSignal(from(this.known), { initialValue: nobody });
}

function whoIn(me: AuthMe | null): Who {
  const [identity] = Array.isArray(me) ? (me as AuthMe) : [];
  if (identity === undefined) return nobody;
  const claims = identity.user_claims ?? [];
  const roles = claims.filter(({ typ }) => typ === 'roles' || typ.endsWith('/claims/role')).map(({ val }) => val);
  const owner = claims.find(({ typ }) => typ.endsWith('/claims/objectidentifier'))?.val ?? identity.user_id;
  return {
    name: claims.find(({ typ }) => typ === 'name')?.val ?? identity.user_id ?? $localize`Signed in`,
    isSignedIn: true,
    roles,
    isOperator: roles.includes(operatorRole),
    ...(owner !== undefined && { owner }),
    ...(identity.expires_on !== undefined && { expiresAt: identity.expires_on }),
  };
}

/** Where signing in begins; it leads back to the page it was asked for on. */
export function signInAddress(page: Document): string {
  const { pathname = '/', search = '' } = page.defaultView?.location ?? {};
  return `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(pathname + search)}`;
}
