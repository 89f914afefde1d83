import type { TaskEvent } from '../../contracts/task-event.ts';
import { toEvent } from '../events/event-record.ts';
import { toFields, type TaskFields } from './task-record.ts';

/** What a step in Redis answers: its outcome, and what goes with that. */
export type Reply = [string, ...unknown[]];

export const eventsIn = (part: unknown): TaskEvent[] => (part as string[]).map(toEvent);
export const fieldsIn = (part: unknown): TaskFields => toFields(part as string[]);
