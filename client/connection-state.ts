/** What the connection is doing, as a person may read it. Times are milliseconds since 1970. */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  /** Events come as they happen. */
  | { readonly kind: 'live' }
  /** Connected; fetching what was missed, `events` of them so far. */
  | { readonly kind: 'catching-up'; readonly events: number }
  /** Not connected; the next try is at `retryAt`. */
  | { readonly kind: 'offline'; readonly retryAt: number };
