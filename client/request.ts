import { apiErrorFrom } from './api-error.ts';
import type { ServerClock } from './server-clock.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Starts with `/api/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request and gives the parsed JSON answer. Rejects with an `ApiError`, never with anything else. */
export type SendRequest = (request: ApiRequest) => Promise<unknown>;

/** Path with query string. */
export function requestTarget({ path, query = {} }: ApiRequest): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/**
 * Sends by `fetch`. `headers` go with every request, e.g. a cookie or a function key.
 * @param clock learns the server's time from the answers
 */
export function fetchRequest(
  baseUrl: string,
  headers: Readonly<Record<string, string>> = {},
  clock?: ServerClock,
): SendRequest {
  return async (request) => {
    const sentAt = clock?.local() ?? 0;
    const answer = await fetch(new URL(requestTarget(request), baseUrl), {
      method: request.method,
      headers: {
        ...headers,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    }).catch(() => {
      throw apiErrorFrom(0, undefined);
    });
    clock?.learn(answer.headers.get('date'), sentAt);
    const body = parse(await answer.text().catch(() => ''));
    if (!answer.ok) throw apiErrorFrom(answer.status, body);
    return body;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
