import { partitionOf, partitionOfTask } from '../tasks/task-id.ts';

/** A schedule lives in its owner's partition, as its tasks do, so that one script can write both. */
const tag = (partition: string) => `{amo:${partition}}`;

/** IDs of schedules are made like those of tasks: they sort by time and end in the partition's digit. */
export const scheduleKey = (id: string) => `${tag(partitionOfTask(id))}:schedule:${id}`;
/** Sorted set of task IDs; the score is the time the run is for. */
export const runsKey = (id: string) => `${tag(partitionOfTask(id))}:schedule-runs:${id}`;
/** Sorted set of IDs of tasks that are to be cancelled; the score is the time the run is for. */
export const voidKey = (id: string) => `${tag(partitionOfTask(id))}:schedule-void:${id}`;

/** Sorted sets of schedule IDs; all scores are 0, so that they are ordered by ID, which is by time. */
export const ownerSchedulesKey = (owner: string) => `${tag(partitionOf(owner))}:schedules:${owner}`;
export const partitionSchedulesKey = (partition: string) => `${tag(partition)}:schedules`;
/** Sorted set of schedule IDs; the score is the time of the first run that is not yet submitted. */
export const dueSchedulesKey = (partition: string) => `${tag(partition)}:schedules-due`;
