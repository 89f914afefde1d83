import { createTaskId, partitionOf, partitionOfTask } from '../tasks/task-id.ts';

const tag = (partition: string) => `{amo:${partition}}`;

/** A plan's ID is made like a task's: it sorts by time and ends in its owner's partition. */
export const createPlanId = createTaskId;

export const planKey = (id: string) => `${tag(partitionOfTask(id))}:replay:${id}`;
export const remainingKey = (id: string) => `${tag(partitionOfTask(id))}:replay-remaining:${id}`;
export const outstandingKey = (id: string) => `${tag(partitionOfTask(id))}:replay-outstanding:${id}`;

/** Sorted sets of plan IDs; all scores are 0, so that they are ordered by ID, which is by time. */
export const plansKey = (partition: string) => `${tag(partition)}:replays`;
export const ownerPlansKey = (owner: string) => `${tag(partitionOf(owner))}:replays:${owner}`;

/** Sorted set of plans that have something to do; the score is when they were last heard of. */
export const drivenPlansKey = (partition: string) => `${tag(partition)}:replays-driven`;
