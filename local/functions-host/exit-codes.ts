/** How the host's process ends: the launcher restarts it unless it was stopped. */
export const exitCodes = {
  stopped: 0,
  uncaughtException: 1,
  cannotStart: 2,
  /** A function ran longer than host.json's `functionTimeout`. The same as of timeout(1). */
  functionTimeout: 124,
} as const;
