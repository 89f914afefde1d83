import type { TaskEvent } from '../../contracts/task-event.ts';

/** An event as Redis holds it: without the time, which is its cursor's. */
export function toEvent(json: string): TaskEvent {
  const event = JSON.parse(json) as Omit<TaskEvent, 'at'>;
  return { ...event, at: new Date(timeOf(event.cursor)).toISOString() };
}

/** Milliseconds since 1970 of a cursor. */
export function timeOf(cursor: string): number {
  return Number(cursor.slice(0, cursor.indexOf('-')));
}

const cursorPattern = /^\d{1,15}-\d{1,15}$/;

export function isCursor(text: string): boolean {
  return cursorPattern.test(text);
}

export function compareCursors(a: string, b: string): number {
  return timeOf(a) - timeOf(b) || Number(a.slice(a.indexOf('-') + 1)) - Number(b.slice(b.indexOf('-') + 1));
}
