import type { TransferFormat } from '../protocols/hub-protocol.ts';

/** Carries a connection's bytes to its client. What the client sends goes to the connection directly. */
export interface Transport {
  /** Bytes written that the client has not taken yet. */
  readonly bufferedBytes: number;
  /** Whether the transport notices lost clients by itself, so that pings are not needed. */
  readonly inherentKeepAlive: boolean;
  /** Whether nothing is left to be delivered after `end`. */
  readonly ended: boolean;
  write(data: Buffer, format: TransferFormat): void;
  /** Ends after what has been written; calling it again does nothing. */
  end(): void;
  /** Ends at once and forgets what has been written. */
  terminate(): void;
}
