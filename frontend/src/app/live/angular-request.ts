import type { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { catchError, firstValueFrom } from 'rxjs';
import { apiErrorFrom, type SendRequest, type ServerClock } from '../../../../client/index.ts';

/** Sends the client's requests through Angular, so that interceptors and its testing tools see them. */
export function angularRequest(http: HttpClient, clock: ServerClock): SendRequest {
  return async ({ method, path, query = {}, body, headers = {} }) => {
    const options = { params: { ...query }, body, headers: { ...headers }, observe: 'response' } as const;
    const sentAt = clock.local();
    const answer = await firstValueFrom(
      http.request<unknown>(method, path, options).pipe(
        catchError((error: HttpErrorResponse) => {
          throw apiErrorFrom(error.status, error.error);
        }),
      ),
    );
    clock.learn(answer.headers.get('date'), sentAt);
    return answer.body;
  };
}
