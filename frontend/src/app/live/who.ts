import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { catchError, map, of } from 'rxjs';

/** What App Service Authentication answers at `/.auth/me`: one entry per identity provider, or none. */
type AuthMe = readonly { readonly user_id?: string; readonly user_claims?: readonly { typ: string; val: string }[] }[];

export interface Who {
  readonly name: string;
  readonly isSignedIn: boolean;
}

const nobody: Who = { name: 'Not signed in', isSignedIn: false };

/** Who the person is, as the platform's sign-in says. */
@Injectable({ providedIn: 'root' })
export class SignIn {
  readonly who = toSignal(
    inject(HttpClient)
      .get<AuthMe>('/.auth/me')
      .pipe(
        map(whoIn),
        catchError(() => of(nobody)),
      ),
    { initialValue: nobody },
  );
}

function whoIn(me: AuthMe | null): Who {
  const [identity] = Array.isArray(me) ? (me as AuthMe) : [];
  if (identity === undefined) return nobody;
  const named = identity.user_claims?.find(({ typ }) => typ === 'name')?.val;
  return { name: named ?? identity.user_id ?? 'Signed in', isSignedIn: true };
}
