import type { TaskStore } from './task-store.ts';

/** Why a handler's signal was aborted. */
export class Interruption extends Error {
  readonly reason: 'cancelled' | 'lost' | 'time-limit';

  constructor(reason: Interruption['reason'], message: string) {
    super(message);
    this.name = 'Interruption';
    this.reason = reason;
  }
}

const renewalsPerLease = 3;

/**
 * Renews a task's lease until closed. When the task has been cancelled, or belongs to another worker, `abort` is called.
 * A renewal that cannot reach Redis waits there (see getPatientRedis): as long as nobody else takes over, the lease is ours.
 */
export function keepLease(
  store: TaskStore,
  { id, token, leaseMs }: { id: string; token: string; leaseMs: number },
  abort: (interruption: Interruption) => void,
): { close(): void } {
  let renewing = false;
  const timer = setInterval(() => {
    if (renewing) return;
    renewing = true;
    store
      .renewLease(id, token, leaseMs)
      .then((state) => {
        if (state === 'cancelled') abort(new Interruption('cancelled', 'The task was cancelled.'));
        else if (state !== 'running') abort(new Interruption('lost', 'Another worker has taken the task over.'));
      })
      .catch(() => undefined)
      .finally(() => (renewing = false));
  }, leaseMs / renewalsPerLease);
  return { close: () => clearInterval(timer) };
}
