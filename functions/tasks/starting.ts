import type { TaskEvent } from '../../contracts/task-event.ts';
import { eventsIn, fieldsIn, type Reply } from './step-reply.ts';
import type { TaskFields } from './task-record.ts';

/** What an attempt starts from. */
export interface InHand {
  readonly fields: TaskFields;
  /** As Redis holds it, which is JSON, when it is small and not compressed; else it has to be read. */
  readonly payload: string | undefined;
  /** Values of finished steps, as JSON by name. */
  readonly steps: Readonly<Record<string, string>>;
}

export type Started =
  | ({ readonly outcome: 'started'; readonly events: TaskEvent[] } & InHand)
  | { readonly outcome: 'ended' | 'parked' | 'let-in'; readonly events: TaskEvent[]; readonly fields: TaskFields }
  | { readonly outcome: 'busy'; /** Until it may be tried again. */ readonly waitMs: number }
  | {
      readonly outcome: 'early';
      readonly waitMs: number;
      /** Of the message that it waits for. */ readonly resends: number;
    }
  | { readonly outcome: 'other-type'; readonly type: string }
  | { readonly outcome: 'hop'; readonly dueAt: number; readonly fields: TaskFields }
  | {
      readonly outcome: 'superseded';
      readonly attempt: number;
      readonly nextAttemptAt: number;
      readonly fields: TaskFields;
    }
  | { readonly outcome: 'stale' | 'withdrawn' }
  | { readonly outcome: 'unknown' };

/** What start.lua answered. */
export function toStarted([outcome, first, second, third, fourth]: Reply): Started {
  switch (outcome) {
    case 'started': {
      const payload = (third as string | null) || undefined;
      return {
        outcome,
        events: eventsIn(first),
        fields: fieldsIn(second),
        payload,
        steps: stepsIn(fourth as string[]),
      };
    }
    case 'ended':
    case 'parked':
    case 'let-in':
      return { outcome, events: eventsIn(first), fields: fieldsIn(second) };
    case 'busy':
      return { outcome, waitMs: Number(first) };
    case 'early':
      return { outcome, waitMs: Number(first), resends: Number(second) };
    case 'other-type':
      return { outcome, type: first as string };
    case 'hop':
      return { outcome, dueAt: Number(first), fields: fieldsIn(second) };
    case 'superseded':
      return { outcome, attempt: Number(first), nextAttemptAt: Number(second), fields: fieldsIn(third) };
    case 'unknown':
      return { outcome };
    default:
      return { outcome: outcome as 'stale' | 'withdrawn' };
  }
}

/** Names of steps are free text: also `__proto__` is one. */
function stepsIn(flat: readonly string[]): Readonly<Record<string, string>> {
  const steps = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) steps.set(flat[i]!, flat[i + 1]!);
  return Object.fromEntries(steps);
}
