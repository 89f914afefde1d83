/** How many tasks may wait or run at once, for each owner. */
export interface OwnerLimits {
  /** Messages in one lane; further tasks wait in Redis, so that a flood keeps no other owner's tasks waiting. */
  readonly window: number;
  /** Tasks that wait in all; further ones are refused. */
  readonly backlog: number;
  /** Tasks that run at once; 0 for any number. */
  readonly concurrency: number;
  /** Tasks with one concurrency key that run at once; 0 for any number. */
  readonly keyConcurrency: number;
}

export const defaultOwnerLimits: OwnerLimits = { window: 64, backlog: 1_000_000, concurrency: 0, keyConcurrency: 1 };
