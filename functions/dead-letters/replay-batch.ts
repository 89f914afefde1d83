import type { Redis } from 'ioredis';
import type { Refusal } from '../../contracts/dead-letters.ts';
import type { JsonPatch } from '../../contracts/replay.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { AppError } from '../errors.ts';
import { holdingMemory } from '../payloads/memory-budget.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import type { TaskType } from '../task-types/define-task-type.ts';
import { dispatch } from '../tasks/dispatch.ts';
import { replayPlansKey, taskKey } from '../tasks/task-keys.ts';
import type { OutgoingMessage } from '../tasks/task-message.ts';
import type { TaskFields } from '../tasks/task-record.ts';
import type { PayloadEdit } from '../tasks/changing.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import { type EditedPayload, editPayload } from './edit-payload.ts';
import type { TaskOutcome } from './plan-store.ts';
import { discardedRefusal, notDeadLetteredRefusal, notFoundRefusal } from './select-dead-letters.ts';

/** What replaying tasks needs. */
export interface Replaying {
  readonly redis: Redis;
  readonly store: TaskStore;
  readonly taskTypes: ReadonlyMap<string, TaskType>;
  readonly payloadLimitBytes: number;
  readonly payloads: Pick<PayloadStore, 'read' | 'prepareEdit'>;
  readonly send: (message: OutgoingMessage) => Promise<void>;
  readonly publish: (owner: string, events: readonly TaskEvent[]) => void;
  readonly log: (...args: unknown[]) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** On whose behalf tasks are replayed, and how. */
export interface ReplayOrder {
  /** Each plan replays a task once; undefined where one task is replayed alone. */
  readonly planId?: string;
  /** Whose tasks these may be: undefined for everybody's. */
  readonly scope: string | undefined;
  /** Who edits. */
  readonly by: string;
  readonly patch?: JsonPatch | undefined;
  /** Leaves alone what has been discarded, as nobody has named it. */
  readonly sparesDiscarded?: boolean;
}

/**
 * Replays tasks of a plan, in their order. Every step may be repeated: a task that this plan has replayed before stays as it is.
 * @returns what became of each; a task whose payload changed meanwhile is left out, to be tried again
 */
export async function replayBatch(
  replaying: Replaying,
  ids: readonly string[],
  order: ReplayOrder,
): Promise<TaskOutcome[]> {
  const edits = await Promise.all(ids.map((id) => prepareEdit(replaying, id, order)));
  // Scripts run in the order of their calls, so tasks with one ordering key join the order as they were created.
  const outcomes = await Promise.all(ids.map((id, i) => replayOne(replaying, id, order, edits[i]!)));
  return outcomes.filter((outcome) => outcome !== undefined);
}

type Prepared = { readonly edit?: PayloadEdit } | Extract<TaskOutcome, { outcome: 'skipped' }>;

/** Applies the patch, if there is one and this plan has not done so before. */
export async function prepareEdit(
  replaying: Replaying,
  id: string,
  { planId, patch, by }: ReplayOrder,
): Promise<Prepared> {
  if (patch === undefined) return {};
  const { redis, payloads, now } = replaying;
  const [fields, replayed] = await Promise.all([
    redis.hgetall(taskKey(id)),
    planId === undefined ? null : redis.hget(replayPlansKey(id), planId),
  ]);
  if (fields.id === undefined || replayed !== null) return {};
  const edited = await readAndEdit(replaying, fields, patch);
  if ('refusal' in edited) return { id, outcome: 'skipped', refusal: { id, ...edited.refusal } };
  const stored = await payloads.prepareEdit({ id, owner: fields.owner!, type: fields.type!, payload: edited.json });
  const note = { by, at: new Date(now()).toISOString(), patch };
  return { edit: { stored, note, after: Number(fields.edits ?? 0) } };
}

/** @param fields of the task's record */
export async function readAndEdit(
  { payloads, taskTypes, payloadLimitBytes }: Pick<Replaying, 'payloads' | 'taskTypes' | 'payloadLimitBytes'>,
  fields: TaskFields,
  patch: JsonPatch,
): Promise<EditedPayload> {
  const bytes = Number(fields.payloadBytes);
  if (bytes > payloadLimitBytes) {
    const detail = `The payload has ${bytes} bytes; at most ${payloadLimitBytes} can be edited.`;
    return { refusal: { reason: 'payload-too-large', detail } };
  }
  return holdingMemory(bytes, async () => {
    const payload = await payloads.read(fields.id!, fields).catch(refusalOfCorrupt);
    if (payload !== undefined && 'refusal' in payload) return payload;
    return editPayload(payload?.toString(), patch, { taskType: taskTypes.get(fields.type!), payloadLimitBytes });
  });
}

/** One payload that is damaged keeps no other task of the plan waiting. */
function refusalOfCorrupt(error: unknown): Extract<EditedPayload, { refusal: unknown }> {
  if (!(error instanceof AppError) || error.code !== 'payload-corrupt') throw error;
  return { refusal: { reason: error.code, detail: error.message } };
}

async function replayOne(
  replaying: Replaying,
  id: string,
  { planId, scope, sparesDiscarded = false }: ReplayOrder,
  prepared: Prepared,
): Promise<TaskOutcome | undefined> {
  if ('outcome' in prepared) return prepared;
  const replayed = await replaying.store.replay(id, scope, {
    ...(planId !== undefined && { plan: planId }),
    sparesDiscarded,
    ...prepared,
  });
  if (replayed === undefined) return { id, outcome: 'skipped', refusal: notFoundRefusal(id) };
  switch (replayed.outcome) {
    case 'forbidden-state':
      return { id, outcome: 'skipped', refusal: refusalOf(id, replayed.fields) };
    case 'edited-meanwhile':
      return undefined;
    case 'replayed':
      await sendOff(replaying, replayed);
      return { id, outcome: 'replayed', replays: replayed.replays };
  }
}

function refusalOf(id: string, { state = '' }: TaskFields): Refusal {
  return state === 'dead-lettered' ? discardedRefusal(id) : notDeadLetteredRefusal(id, state);
}

/** The record is in the outbox by now: when the broker is away, the sweeper sends the message as soon as it is back. */
export async function sendOff(
  replaying: Pick<Replaying, 'store' | 'send' | 'publish' | 'log'>,
  { fields, events }: { fields: TaskFields; events: readonly TaskEvent[] },
): Promise<void> {
  replaying.publish(fields.owner!, events);
  if (!awaitsMessage(fields)) return;
  try {
    await dispatch(replaying, fields, Number(fields.attempt) + 1);
  } catch (error) {
    replaying.log(`Task ${fields.id!} will be sent on its way by the sweeper:`, error);
  }
}

/** A repeated replay may find its task waiting before a gate, with its message sent, running, or ended. */
function awaitsMessage({ state, parked, attempt, confirmed, resends }: TaskFields): boolean {
  return state === 'queued' && parked === undefined && confirmed !== `${Number(attempt) + 1}.${resends ?? '0'}`;
}
