import type { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { catchError, firstValueFrom } from 'rxjs';
import { ApiError, apiErrorFrom, type SendRequest, type ServerClock } from '../../../../client/index.ts';
import { serverText } from '../ui/server-text.ts';

/** Sends the client's requests through Angular, so that interceptors and its testing tools see them. */
export function angularRequest(http: HttpClient, clock: ServerClock): SendRequest {
  return async ({ method, path, query = {}, body, headers = {} }) => {
    const options = { params: { ...query }, body, headers: { ...headers }, observe: 'response' } as const;
    const sentAt = clock.local();
    const answer = await firstValueFrom(
      http.request<unknown>(method, path, options).pipe(
        catchError((error: HttpErrorResponse) => {
          throw inOurLanguage(apiErrorFrom(error.status, error.error));
        }),
      ),
    );
    clock.learn(answer.headers.get('date'), sentAt);
    return answer.body;
  };
}

/** With what to do in the language shown. */
export function inOurLanguage({ code, status, message, errors }: ApiError): ApiError {
  const faults = errors.map(({ pointer, detail }) => ({ pointer, detail: serverText(detail) }));
  return new ApiError(code, status, serverText(message), faults);
}
