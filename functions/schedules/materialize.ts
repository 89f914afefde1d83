import { AppError } from '../errors.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import type { TaskType } from '../task-types/define-task-type.ts';
import { dispatch, type Dispatching } from '../tasks/dispatch.ts';
import type { SubmissionLimits } from '../tasks/parse-submission.ts';
import { allPartitions } from '../tasks/task-id.ts';
import type { TaskFields } from '../tasks/task-record.ts';
import type { NewTask } from '../tasks/new-task.ts';
import { parseCron } from './cron.ts';
import { parseRun } from './parse-schedule.ts';
import { horizonMs, type Plan, planRuns } from './plan-runs.ts';
import { definitionOf, type ScheduleFields } from './schedule-record.ts';
import type { SchedulePosition, ScheduleStore } from './schedule-store.ts';

/** What turning schedules into tasks needs from outside. */
export interface Materializing extends Dispatching {
  readonly schedules: ScheduleStore;
  readonly payloads: PayloadStore;
  readonly taskTypes: ReadonlyMap<string, TaskType>;
  readonly limits: SubmissionLimits;
  readonly log: (...args: unknown[]) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const perPartition = 500;

/** Submits what is due soon, of all schedules. */
export async function materializeDue(materializing: Materializing): Promise<void> {
  const until = materializing.now() + horizonMs;
  await Promise.all(
    allPartitions.map(async (partition) => {
      const due = await materializing.schedules.due(partition, until, perPartition);
      await Promise.all(due.map((id) => tryMaterialize(materializing, id)));
    }),
  );
}

/** A schedule that cannot be dealt with keeps no other from its runs; the timer comes by again. */
export async function tryMaterialize(materializing: Materializing, id: string): Promise<void> {
  try {
    await materialize(materializing, id);
  } catch (error) {
    materializing.log(`Schedule ${id} could not be dealt with yet:`, error);
  }
}

/**
 * Cancels the runs of a schedule that have become void, and submits those that are due soon as scheduled tasks: from then on
 * the broker keeps their time. May run any number of times, at once and killed at any line: each step is taken from the
 * position that was read, or not at all.
 */
export async function materialize(materializing: Materializing, id: string): Promise<void> {
  await cancelVoidRuns(materializing, id);
  const fields = await materializing.schedules.read(id);
  if (fields === undefined || fields.cursor === '') return;
  const position = { id, version: fields.version!, cursor: fields.cursor! };
  const { runs, next } = plan(fields, materializing.now());
  if (runs.length === 0 && String(next ?? '') !== position.cursor) {
    materializing.log(`Schedule ${id} goes on at its next time: it was due while the app was down.`);
    await materializing.schedules.goOn(position, next);
    return;
  }
  await submitRuns(materializing, fields, position, { runs, next });
}

/**
 * The latest first, up to one that has started: the schedule goes on behind that, so those before it stay. When it is paused or
 * gone, none is made anew, and all are cancelled that can be.
 */
async function cancelVoidRuns({ schedules, store, publish }: Materializing, id: string): Promise<void> {
  const taskIds = await schedules.voidRuns(id);
  if (taskIds.length === 0) return;
  const goesOn = ((await schedules.read(id))?.cursor ?? '') !== '';
  let stay = false;
  for (const taskId of taskIds) {
    const cancelled: Awaited<ReturnType<typeof store.cancel>> = stay
      ? undefined
      : await store.cancel(taskId, undefined, { unstarted: true });
    const isCancelled: boolean = cancelled?.outcome === 'cancelled';
    if (cancelled?.outcome === 'cancelled') publish(cancelled.fields.owner!, cancelled.events);
    await schedules.settleRun(id, taskId, isCancelled ? 'cancelled' : 'stays');
    stay ||= goesOn && !isCancelled;
  }
}

function plan(fields: ScheduleFields, now: number): Plan {
  const { cron, timeZone, missedRuns } = definitionOf(fields);
  const parsed = parseCron(cron, timeZone);
  if ('error' in parsed) throw new Error(parsed.error.detail);
  const { occurrences } = parsed;
  const ranUntil = Number(fields.ranUntil ?? 0);
  const cursor = Number(fields.cursor) > ranUntil ? Number(fields.cursor) : occurrences.after(ranUntil);
  if (cursor === undefined) return { runs: [], next: undefined };
  return planRuns(occurrences, { cursor, missedRuns, since: Number(fields.since ?? 0), now });
}

async function submitRuns(
  materializing: Materializing,
  fields: ScheduleFields,
  position: SchedulePosition,
  { runs, next }: Plan,
): Promise<void> {
  const sending: Promise<void>[] = [];
  let { cursor } = position;
  for (const [n, at] of runs.entries()) {
    const following = runs[n + 1] ?? next;
    const accepted = await submitRun(materializing, fields, { ...position, cursor }, { at, next: following });
    if (accepted === 'stop') break;
    if (accepted !== 'skipped') sending.push(send(materializing, accepted));
    cursor = String(following ?? '');
  }
  await Promise.all(sending);
}

async function submitRun(
  { schedules, store, payloads, taskTypes, limits, now }: Materializing,
  fields: ScheduleFields,
  from: SchedulePosition,
  { at, next }: { at: number; next: number | undefined },
): Promise<TaskFields | 'stop' | 'skipped'> {
  let task: NewTask;
  try {
    const run = { scheduleId: from.id, occurrenceAt: at };
    task = parseRun(definitionOf(fields), { owner: fields.owner!, taskTypes, limits, now: now() }, run);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return (await schedules.goOn(from, next, { code: error.code, message: describe(error) })) ? 'skipped' : 'stop';
  }
  const stored = await payloads.prepare(task);
  const run = { scheduleId: from.id, version: from.version, cursor: from.cursor, occurrence: at, next };
  const accepted = await store.acceptRun({ ...task, ...stored }, run);
  if (accepted.outcome === 'accepted') return accepted.fields;
  // What this misses, the sweeper of payloads deletes.
  void payloads.discard(stored).catch(() => undefined);
  if (accepted.outcome === 'full') await schedules.goOn(from, Number(from.cursor), backlogFull);
  return 'stop';
}

/** It stays where it is: the timer tries again, until the run is one that was missed. */
const backlogFull = {
  code: 'too-many-requests',
  message: 'So many tasks of this owner are waiting that the run could not be submitted at its time.',
};

function describe({ message, errors = [] }: AppError): string {
  return [message, ...errors.map(({ pointer, detail }) => `${pointer}: ${detail}`)].join(' ');
}

/** The task stands in the outbox: when the broker is away, the sweeper sends its message as soon as it is back. */
async function send(materializing: Materializing, fields: TaskFields): Promise<void> {
  try {
    await dispatch(materializing, fields, 1, Number(fields.scheduledFor));
  } catch (error) {
    materializing.log(`Task ${fields.id!} will be sent on its way by the sweeper:`, error);
  }
}
