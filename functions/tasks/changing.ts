import type { TaskEvent } from '../../contracts/task-event.ts';
import type { EditNote } from '../../contracts/task.ts';
import type { ScriptArgument } from '../azure/redis-scripts.ts';
import type { StoredPayload } from '../payloads/payload-store.ts';
import { eventsIn, fieldsIn, type Reply } from './step-reply.ts';
import type { TaskFields } from './task-record.ts';

/** What became of a change that somebody asked for. */
export interface Changed<Outcome extends string> {
  readonly outcome: Outcome | 'forbidden-state';
  readonly events: TaskEvent[];
  readonly fields: TaskFields;
}

/** A payload as it was edited, stored as that of a new task. */
export interface PayloadEdit {
  readonly stored: StoredPayload;
  readonly note: EditNote;
  /** How often the payload had been edited when it was read: another edit since then is not to be lost. */
  readonly after: number;
}

export interface ReplayOptions {
  /** Replays the task once, however often it asks. */
  readonly plan?: string;
  readonly edit?: PayloadEdit;
  /** Leaves a dead letter alone that has been discarded. */
  readonly sparesDiscarded?: boolean;
}

export type Replayed =
  | (Changed<'replayed'> & { /** Which replay of the task this is, from 1. */ readonly replays: number })
  | { readonly outcome: 'edited-meanwhile' };

/** What a step answered that somebody asked for. @returns undefined when there is no such task of theirs */
export function toChanged<Outcome extends string>([outcome, first, second]: Reply): Changed<Outcome> | undefined {
  if (outcome === 'unknown') return undefined;
  if (outcome === 'forbidden-state' || outcome === 'expires') {
    return { outcome: outcome as Outcome | 'forbidden-state', events: [], fields: fieldsIn(first) };
  }
  return { outcome: outcome as Outcome, events: eventsIn(first), fields: fieldsIn(second) };
}

/** ARGV of replay.lua, after the time. @param window how many messages of one owner wait in a lane at most */
export function replayArguments(
  owner: string | undefined,
  window: number,
  { plan, edit, sparesDiscarded = false }: ReplayOptions,
): ScriptArgument[] {
  const edited = edit === undefined ? [''] : editArguments(edit);
  return [owner ?? '', window, plan ?? '', sparesDiscarded ? 1 : '', ...edited];
}

function editArguments({ stored, note, after }: PayloadEdit): ScriptArgument[] {
  const { payload, payloadBytes, payloadSha256 = '', payloadBlob = '', payloadCacheMs = '' } = stored;
  return [JSON.stringify(note), after, payload, payloadBytes, payloadSha256, payloadBlob, payloadCacheMs];
}

/** What replay.lua answered. @returns undefined when there is no such task of theirs */
export function toReplayed([outcome, first, second, replays]: Reply): Replayed | undefined {
  switch (outcome) {
    case 'replayed':
      return { outcome, events: eventsIn(first), fields: fieldsIn(second), replays: Number(replays) };
    case 'forbidden-state':
      return { outcome, events: [], fields: fieldsIn(first), replays: 0 };
    case 'edited-meanwhile':
      return { outcome };
    default:
      return undefined;
  }
}
