/** `blob-storage` counts where payloads are written through to it. */
export type DependencyName = 'redis' | 'service-bus' | 'signalr' | 'blob-storage';

export interface DependencyHealth {
  readonly name: DependencyName;
  readonly state: 'up' | 'down';
  /** How long the check took, in milliseconds. */
  readonly latencyMs: number;
  /** What to look at, when down. */
  readonly detail?: string;
}

/** `GET /api/health`: 200 when every dependency is up, else 503. */
export interface Health {
  readonly state: 'up' | 'down';
  readonly version: string;
  readonly at: string;
  readonly dependencies: readonly DependencyHealth[];
}
