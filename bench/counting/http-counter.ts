import type { Watcher } from './tcp-proxy.ts';

/** Counts calls of a REST API below `/api/`. The clients that are watched write a request's head at once, and no request before an answer. */
export class HttpCounter {
  calls = 0;

  watch(): Watcher {
    return {
      toServer: (bytes) => {
        if (/^[A-Z]+ \/api\//.test(bytes.toString('latin1', 0, 20))) this.calls += 1;
      },
    };
  }
}
