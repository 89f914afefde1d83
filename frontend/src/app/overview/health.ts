import { HttpClient, type HttpErrorResponse } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { catchError, firstValueFrom, of } from 'rxjs';
import type { DependencyName, Health } from '../../../../contracts/health.ts';
import type { Stats } from '../../../../contracts/stats.ts';
import { apiErrorFrom } from '../../../../client/index.ts';
import { formatDuration } from '../ui/duration.ts';
import { formatNumber } from '../ui/number.ts';

export const dependencyWords: Readonly<Record<DependencyName, string>> = {
  redis: $localize`Redis`,
  'service-bus': $localize`Service Bus`,
  signalr: $localize`SignalR`,
  'blob-storage': $localize`Blob Storage`,
};

/** Asks what the app depends on. A dependency that is down is answered with 503, and told all the same. */
@Injectable({ providedIn: 'root' })
export class HealthApi {
  readonly #http = inject(HttpClient);

  async get(): Promise<Health> {
    return firstValueFrom(
      this.#http.get<Health>('/api/health').pipe(
        catchError((error: HttpErrorResponse) => {
          const body = error.error as Partial<Health> | null;
          if (body?.dependencies !== undefined) return of(body as Health);
          throw apiErrorFrom(error.status, error.error);
        }),
      ),
    );
  }
}

export interface WorkerHealth {
  readonly state: 'up' | 'down';
  readonly words: string;
}

/** A task that waits longer than this while none runs waits for a worker that is not there. Milliseconds. */
const suspiciousMs = 60_000;

/** Whether somebody works, by what they do: workers come and go, and are counted nowhere. */
export function workerHealth({ states, backlog }: Stats): WorkerHealth {
  if (states.running === 1) return { state: 'up', words: $localize`1 running now` };
  if (states.running > 0) return { state: 'up', words: $localize`${formatNumber(states.running)}:count: running now` };
  const oldest = Math.max(0, ...backlog.lanes.map(({ oldestAgeMs = 0 }) => oldestAgeMs));
  if (backlog.queued > 0 && oldest > suspiciousMs)
    return {
      state: 'down',
      words: $localize`nothing runs, and the oldest task has waited for ${formatDuration(oldest)}:age:`,
    };
  return { state: 'up', words: backlog.queued > 0 ? $localize`about to begin` : $localize`idle, nothing waits` };
}
