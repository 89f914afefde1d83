import type { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { catchError, firstValueFrom } from 'rxjs';
import { apiErrorFrom, type SendRequest } from '../../../../client/index.ts';

/** Sends the client's requests through Angular, so that interceptors and its testing tools see them. */
export function angularRequest(http: HttpClient): SendRequest {
  return ({ method, path, query = {}, body, headers = {} }) =>
    firstValueFrom(
      http.request<unknown>(method, path, { params: { ...query }, body, headers: { ...headers } }).pipe(
        catchError((error: HttpErrorResponse) => {
          throw apiErrorFrom(error.status, error.error);
        }),
      ),
    );
}
