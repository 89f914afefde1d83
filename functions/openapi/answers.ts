import * as z from 'zod';
import {
  DeadLetterFilter,
  type DeadLetterGroup as DeadLetterGroupType,
  type DeadLetterPage as DeadLetterPageType,
  type Discarded as DiscardedType,
  type Refusal as RefusalType,
  refusalReasons,
} from '../../contracts/dead-letters.ts';
import type { Health as HealthType } from '../../contracts/health.ts';
import { Problem } from '../../contracts/problem.ts';
import {
  JsonPatch,
  type ReplayPage as ReplayPageType,
  type ReplayPlan as ReplayPlanType,
  type ReplayPreview as ReplayPreviewType,
  replayStates,
} from '../../contracts/replay.ts';
import { type BatchResult as BatchResultType, batchLimits, SubmitTask } from '../../contracts/submit.ts';
import type { TaskTypeList as TaskTypeListType } from '../../contracts/task-type-info.ts';
import { Task, Timestamp } from '../../contracts/task.ts';

// Schemas of what contracts/ has as types only, because nothing has to check it: the compiler holds the two together.
const Count = z.int().min(0);

export const Health = z.object({
  state: z.enum(['up', 'down']),
  version: z.string(),
  at: Timestamp,
  dependencies: z.array(
    z.object({
      name: z.enum(['redis', 'service-bus', 'signalr', 'blob-storage']),
      state: z.enum(['up', 'down']),
      latencyMs: z.number(),
      detail: z.string().exactOptional(),
    }),
  ),
}) satisfies z.ZodType<HealthType>;

export const TaskTypeList = z.object({
  taskTypes: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      description: z.string().exactOptional(),
      schema: z.record(z.string(), z.unknown()),
      example: z.unknown(),
    }),
  ),
}) satisfies z.ZodType<TaskTypeListType>;

export const ConnectionInfo = z.object({ url: z.string(), accessToken: z.string() });

export const SubmitTasks = z.strictObject({
  tasks: z
    .array(SubmitTask.extend({ idempotencyKey: z.string().optional() }))
    .min(1)
    .max(batchLimits.tasks),
});

const BatchResult = z.object({
  status: z.int(),
  task: Task.exactOptional(),
  error: Problem.exactOptional(),
}) satisfies z.ZodType<BatchResultType>;
export const BatchResults = z.object({ results: z.array(BatchResult) });

const DeadLetterGroup = z.object({
  group: z.string(),
  type: z.string(),
  code: z.string(),
  message: z.string(),
  count: Count,
  firstAt: Timestamp,
  lastAt: Timestamp,
  trend: z.array(Count).exactOptional(),
}) satisfies z.ZodType<DeadLetterGroupType>;

export const DeadLetterPage = z.object({
  groups: z.array(DeadLetterGroup),
  tasks: z.array(Task),
  cursor: z.string().exactOptional(),
  total: Count,
  trend: z.object({ from: Timestamp, to: Timestamp }).exactOptional(),
  truncated: z.literal(true).exactOptional(),
}) satisfies z.ZodType<DeadLetterPageType>;

const Refusal = z.object({
  id: z.string(),
  reason: z.enum(refusalReasons),
  detail: z.string(),
}) satisfies z.ZodType<RefusalType>;
const skippedReasons = z.partialRecord(z.enum(refusalReasons), Count);

export const Discarded = z.object({
  discarded: Count,
  refused: Count,
  refusals: z.array(Refusal),
  truncated: z.literal(true).exactOptional(),
}) satisfies z.ZodType<DiscardedType>;

export const ReplayPlan = z.object({
  id: z.string(),
  state: z.enum(replayStates),
  owner: z.string(),
  reason: z.string().exactOptional(),
  waitingFor: z.enum(['canary', 'rate', 'outcomes']).exactOptional(),
  matched: Count,
  replayed: Count,
  completed: Count,
  failed: Count,
  cancelled: Count,
  skipped: Count,
  skippedReasons,
  outstanding: Count,
  remaining: Count,
  truncated: z.literal(true).exactOptional(),
  filter: DeadLetterFilter.exactOptional(),
  ids: Count.exactOptional(),
  canary: z.int().exactOptional(),
  ratePerSecond: z.number().exactOptional(),
  stopAtFailureRate: z.number().exactOptional(),
  patch: JsonPatch.exactOptional(),
  createdAt: Timestamp,
  finishedAt: Timestamp.exactOptional(),
  refusals: z.array(Refusal),
}) satisfies z.ZodType<ReplayPlanType>;

export const ReplayPage = z.object({
  replays: z.array(ReplayPlan),
  cursor: z.string().exactOptional(),
}) satisfies z.ZodType<ReplayPageType>;

export const ReplayPreview = z.object({
  dryRun: z.literal(true),
  matched: Count,
  replayable: Count,
  skipped: Count,
  skippedReasons,
  refusals: z.array(Refusal),
  groups: z.array(DeadLetterGroup),
  samples: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      code: z.string(),
      message: z.string(),
      before: z.unknown().exactOptional(),
      after: z.unknown().exactOptional(),
    }),
  ),
  checked: Count.exactOptional(),
  truncated: z.literal(true).exactOptional(),
}) satisfies z.ZodType<ReplayPreviewType>;
