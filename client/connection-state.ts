/** What the connection is doing, as a person may read it. Times are milliseconds since 1970, by the local clock. */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  /** Events come as they happen. */
  | { readonly kind: 'live' }
  /** Connected; fetching what was missed, `events` of them so far. */
  | { readonly kind: 'catching-up'; readonly events: number }
  /** Not connected; the next try is at `retryAt`. */
  | { readonly kind: 'offline'; readonly retryAt: number }
  /** The sign-in is over: nothing comes until somebody signs in again. It looks now and then. */
  | { readonly kind: 'signed-out'; readonly retryAt: number };
