import type { Log, LogScope } from '../log.ts';

/** How often an outage that goes on is mentioned again. */
const repeatMs = 60_000;

/** Says once that an entity is out of reach and that it is back, not at each of the attempts between. */
export interface OutageLog {
  failed(error: Error): void;
  works(): void;
}

export function createOutageLog(what: string, log: Log, scope: LogScope, now: () => number = Date.now): OutageLog {
  let mentionedAt: number | undefined;
  return {
    failed: (error) => {
      if (mentionedAt !== undefined && now() - mentionedAt < repeatMs) return;
      mentionedAt = now();
      log.warning(`The ${what} is out of reach, trying until it answers: ${error.message}`, scope);
    },
    works: () => {
      if (mentionedAt !== undefined) log.information(`The ${what} answers again.`, scope);
      mentionedAt = undefined;
    },
  };
}
