import { partitionOf, partitionOfTask } from './task-id.ts';

/** Keys of one partition share a hash tag, so that a script that moves a task stays in one slot of a clustered Redis. */
const tag = (partition: string) => `{amo:${partition}}`;

export const taskKey = (id: string) => `${tag(partitionOfTask(id))}:task:${id}`;
export const payloadKey = (id: string) => `${tag(partitionOfTask(id))}:payload:${id}`;
/** How many bytes an upload was announced with; its ID has a partition as a task's has. */
export const announcedUploadKey = (uploadId: string) => `${tag(partitionOfTask(uploadId))}:upload:${uploadId}`;
export const resultKey = (id: string) => `${tag(partitionOfTask(id))}:result:${id}`;
export const timelineKey = (id: string) => `${tag(partitionOfTask(id))}:timeline:${id}`;

/** Sorted set of task IDs; all scores are 0, so that it is ordered by ID, which is by time. */
export const ownerIndexKey = (owner: string, state: string) => `${tag(partitionOf(owner))}:by-state:${state}:${owner}`;
export const partitionIndexKey = (partition: string, state: string) => `${tag(partition)}:by-state:${state}`;

/** Stream of one owner's events. */
export const ownerEventsKey = (owner: string) => `${tag(partitionOf(owner))}:events:${owner}`;
/** Stream of all owners' events in a partition. */
export const feedKey = (partition: string) => `${tag(partition)}:feed`;

/** List of what each attempt failed with, oldest first. */
export const errorsKey = (id: string) => `${tag(partitionOfTask(id))}:errors:${id}`;
/** What the task was submitted with, when it has been edited since. */
export const originalPayloadKey = (id: string) => `${tag(partitionOfTask(id))}:original-payload:${id}`;
/** Hash: who has had and who has seen the task (receipts/lua/record.lua). */
export const receiptsKey = (id: string) => `${tag(partitionOfTask(id))}:receipts:${id}`;
/** List of what the handler logged, newest kept (task-logs/lua/append.lua). */
export const logsKey = (id: string) => `${tag(partitionOfTask(id))}:logs:${id}`;
/** List of edits, oldest first. */
export const editsKey = (id: string) => `${tag(partitionOfTask(id))}:edits:${id}`;
/** Hash of what the handler's steps gave: JSON by name. */
export const stepsKey = (id: string) => `${tag(partitionOfTask(id))}:steps:${id}`;
/** Hash: for each plan that replayed the task, which replay that was. */
export const replayPlansKey = (id: string) => `${tag(partitionOfTask(id))}:replay-plans:${id}`;

/**
 * Set of `<task>:<attempt>`: messages in the broker's dead-letter queues that are no evidence of a dead letter any more,
 * because the task has been replayed or discarded since, or has ended otherwise.
 */
export const obsoleteMessagesKey = (partition: string) => `${tag(partition)}:obsolete-messages`;

/** Sorted set of tasks parked before a gate that is none of their owner's. */
export const gateKey = (partition: string, name: string) => `${tag(partition)}:gate:${name}`;

/** Set of the keys of gates before which tasks are parked (lua/shared/gates.lua). */
export const gatesKey = (partition: string) => `${tag(partition)}:gates`;

/** Sorted set of the hashes in which task scripts count, until that is merged: `<this key>:<start>:<owner>`. */
export const pendingCountsKey = (partition: string) => `${tag(partition)}:pending-counts`;
/** Hash of what happened in a span of time to the tasks of one owner, or of all owners in the partition; times in milliseconds. */
export const countsKey = (partition: string, spanMs: number, start: number, owner?: string) =>
  `${tag(partition)}:counts:${spanMs}:${start}${owner === undefined ? '' : `:${owner}`}`;

/** Sorted sets that the sweeper looks through; the score is a time in milliseconds. */
export type Waiting = 'outbox' | 'leases' | 'expiring' | 'finished' | 'callbacks' | 'unpublished';
export const waitingKey = (partition: string, waiting: Waiting) => `${tag(partition)}:${waiting}`;
/** List of records as they ended, as JSON: those that were replayed before the topic of endings had them. */
export const unpublishedEndingsKey = (partition: string) => `${tag(partition)}:unpublished-endings`;
