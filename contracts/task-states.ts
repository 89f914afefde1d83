/** Where a task can be in its life. docs/task-lifecycle.md draws it. */
export const taskStates = [
  'scheduled',
  'queued',
  'running',
  'retrying',
  'completed',
  'dead-lettered',
  'cancelled',
  'expired',
] as const;
export type TaskState = (typeof taskStates)[number];

/** The states a task can go to from each state. Drawn in docs/task-lifecycle.md and on the page of a task. */
export const transitions = {
  scheduled: ['running', 'cancelled', 'expired', 'dead-lettered'],
  queued: ['running', 'cancelled', 'expired', 'dead-lettered'],
  running: ['completed', 'retrying', 'dead-lettered', 'cancelled'],
  retrying: ['running', 'cancelled', 'expired', 'dead-lettered'],
  'dead-lettered': ['queued'],
  completed: [],
  cancelled: [],
  expired: [],
} as const satisfies Readonly<Record<TaskState, readonly TaskState[]>>;

/** What can happen to a task. Every kind but `progress` and `replayed` moves it to another state. */
export const eventKinds = [
  'scheduled',
  'queued',
  'started',
  'progress',
  'retrying',
  'completed',
  'dead-lettered',
  'replayed',
  'cancelled',
  'expired',
] as const;

export const priorities = ['high', 'normal', 'low'] as const;
export type Priority = (typeof priorities)[number];

/** What a parked task waits for: earlier tasks of its owner, of its ordering key, or a place among those that run at once. */
export const waits = ['owner-window', 'ordering-key', 'concurrency'] as const;
export type Wait = (typeof waits)[number];

export const deadLetterPolicies = ['set-aside', 'hold'] as const;

export const deliveries = ['at-most-once', 'at-least-once', 'exactly-once'] as const;
export type Delivery = (typeof deliveries)[number];
