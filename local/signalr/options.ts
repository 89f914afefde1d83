/** How the service behaves; every value may be shortened in tests. */
export interface SignalROptions {
  port: number;
  host?: string;
  accessKey: string;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Silence after which the service sends a ping, in ms. */
  keepAliveInterval?: number;
  /** Silence of a client after which its connection is closed, in ms. */
  clientTimeout?: number;
  /** Time a client has for its handshake, and to connect after negotiating, in ms. */
  handshakeTimeout?: number;
  /** Time a long poll waits for data, in ms. */
  pollTimeout?: number;
  /** Time without a poll after which a long-polling client is gone, in ms. */
  disconnectTimeout?: number;
  /** Bytes waiting for one client; a client with more is dropped. */
  bufferLimit?: number;
}

export type Settings = Required<SignalROptions>;

/**
 * The intervals are those of Azure SignalR Service (15 s keep-alive, 30 s client time-out, 15 s handshake) and of
 * ASP.NET Core's long polling (90 s, 15 s). The buffer holds eight REST bodies of the largest size.
 */
export function withDefaults(options: SignalROptions): Settings {
  return {
    host: '127.0.0.1',
    now: Date.now,
    keepAliveInterval: 15_000,
    clientTimeout: 30_000,
    handshakeTimeout: 15_000,
    pollTimeout: 90_000,
    disconnectTimeout: 15_000,
    bufferLimit: 8 * bodyLimit,
    ...options,
  };
}

/** Largest body of a REST request (Azure SignalR data plane reference, "Limitation"), and of what a client sends at once. */
export const bodyLimit = 1024 * 1024;
