/** Names that cross a boundary. Queues are declared in service-bus.json. */
export const taskQueue = 'tasks';
/** Queue of replay plans: each message says that a plan has something to do. */
export const replayQueue = 'replays';
/** Topic of tasks that have ended: each message is a JSON array of tasks of one type that ended one way. */
export const endingsTopic = 'task-events';
/** Its subscription that Table Storage is filled from. */
export const historySubscription = 'history';
export const signalRHub = 'tasks';
/** Client method of the hub; its one argument is an array of `TaskEvent`. */
export const eventsMethod = 'events';
/** Client method of the hub; its one argument is a `ReplayProgress`. */
export const replaysMethod = 'replays';
/** Client method of the hub; its one argument is an array of `LogNews`. */
export const logsMethod = 'logs';
/** SignalR group that receives the events of all owners. */
export const operatorsGroup = 'operators';
export const operatorRole = 'operator';

/** Names of the settings that hold connections: what bindings and `local/` look for. */
export const connectionSettings = {
  serviceBus: 'ServiceBusConnection',
  signalR: 'AzureSignalRConnectionString',
  redis: 'RedisConnection',
  storage: 'AzureWebJobsStorage',
} as const;

/** Application properties of a queue message. Its body is the task's ID and nothing else. */
export interface TaskMessageProperties {
  readonly taskType: string;
  readonly owner: string;
  readonly attempt: number;
  readonly traceparent?: string;
}

/** How a task ended, as the topic tells; `discarded`: a dead letter that was taken off the list. */
export const endingKinds = ['completed', 'dead-lettered', 'cancelled', 'expired', 'discarded'] as const;
export type EndingKind = (typeof endingKinds)[number];

/** Application properties of a message of the topic: what subscriptions filter by. */
export interface EndingMessageProperties {
  readonly taskType: string;
  readonly kind: EndingKind;
  /** How many tasks its body tells of. */
  readonly count: number;
}
