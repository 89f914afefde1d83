import * as z from 'zod';
import { somethingSeen } from './seen-text.ts';
import { SubmitTask } from './submit.ts';
import { taskStates } from './task-states.ts';
import { TaskError, Timestamp } from './task.ts';

export const scheduleLimits = {
  perOwner: 100,
  nameLength: 100,
  cronLength: 100,
  /** Bytes of JSON. Every run gets a copy, and lists of schedules show it: large data belongs behind a reference. */
  payloadBytes: 64 * 1024,
  /** Between two runs of one schedule, in milliseconds. */
  shortestIntervalMs: 5_000,
  /** Runs that are made up for after a stoppage under `missedRuns: "all"`: the newest ones. */
  missedRuns: 100,
  /** Next run times that a schedule shows. */
  upcoming: 5,
} as const;

/**
 * What becomes of runs whose time passed while the app was down: none is made up for, one stands for them all, or each.
 */
export const missedRunsPolicies = ['skip', 'last', 'all'] as const;
export type MissedRuns = (typeof missedRunsPolicies)[number];

/** What `POST /api/schedules` and `PUT /api/schedules/{id}` take: when to run, and the task to run as in `POST /api/tasks`. */
export const SaveSchedule = SubmitTask.omit({ scheduledFor: true, payloadRef: true }).extend({
  name: z
    .string()
    .refine(...somethingSeen)
    .trim()
    .min(1)
    .max(scheduleLimits.nameLength),
  /** Minute, hour, day, month, weekday; or six fields with seconds first. */
  cron: z.string().trim().min(1).max(scheduleLimits.cronLength),
  /** IANA name. */
  timeZone: z.string().min(1).max(64).default('UTC'),
  missedRuns: z.enum(missedRunsPolicies).default('skip'),
});
export type SaveSchedule = z.input<typeof SaveSchedule>;
/** As it is kept: with its defaults. */
export type ScheduleDefinition = z.output<typeof SaveSchedule>;

export const Schedule = SaveSchedule.extend({
  id: z.string(),
  owner: z.string(),
  paused: z.boolean(),
  /** Missing while paused. */
  nextRunAt: Timestamp.optional(),
  /** When the last run was due, or was asked for by hand. */
  lastRunAt: Timestamp.optional(),
  lastTaskId: z.string().optional(),
  /** How that run stands; missing when it is no longer kept. */
  lastState: z.enum(taskStates).optional(),
  /** Why the last run could not be submitted; gone with the next that can. */
  lastError: TaskError.optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  /** The next run times; none while paused. */
  upcoming: z.array(Timestamp),
});
export type Schedule = z.infer<typeof Schedule>;

/** What `POST /api/schedules/preview` takes: the times of a schedule, before it is saved. */
export const PreviewSchedule = SaveSchedule.pick({ cron: true, timeZone: true }).strict();
export type PreviewSchedule = z.input<typeof PreviewSchedule>;

export const SchedulePreview = z.object({
  /** The next run times; fewer where the schedule ends. */
  upcoming: z.array(Timestamp),
});
export type SchedulePreview = z.infer<typeof SchedulePreview>;

export const SchedulePage = z.object({ schedules: z.array(Schedule), cursor: z.string().optional() });
/** Newest first. `cursor` is there when more follow. */
export type SchedulePage = z.infer<typeof SchedulePage>;
