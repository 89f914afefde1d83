import type { TaskEvent } from '../../../contracts/task-event.ts';
import { compareCursors } from '../../../functions/events/event-record.ts';
import type { EventsRead, History, Pushed, Violation } from '../history.ts';

/** Whoever reads page after page has each event once and in order; what is pushed is nothing else. */
export function checkEventReaders({ pages, pushes, events }: History): Violation[] {
  const readers = new Map<string, EventsRead[]>();
  for (const page of pages.filter(({ isFinal }) => !isFinal))
    readers.set(page.client, [...(readers.get(page.client) ?? []), page]);
  const listeners = new Map<string, Pushed[]>();
  for (const push of pushes) listeners.set(push.client, [...(listeners.get(push.client) ?? []), push]);
  return [
    ...[...readers].flatMap(([client, own]) => checkReader(client, own, events.get(own[0]!.owner) ?? [])),
    ...[...listeners].flatMap(([client, own]) => checkListener(client, own, events.get(own[0]!.owner) ?? [])),
  ];
}

function checkReader(client: string, pages: readonly EventsRead[], all: readonly TaskEvent[]): Violation[] {
  const faults = pages.flatMap(({ events, after }) =>
    events.flatMap(({ cursor }, n) => {
      const before = events[n - 1]?.cursor ?? after;
      const detail = `${client} got ${cursor} after ${before}`;
      return isAfter(cursor, before) ? [] : [{ rule: 'cursor-order', detail }];
    }),
  );
  if (pages.some(({ gap }) => gap)) return faults;
  const seen = new Map(pages.flatMap(({ events }) => events.map((event) => [event.cursor, event])));
  const [first] = pages;
  const last = pages.findLast(({ events }) => events.length > 0)?.events.at(-1)?.cursor;
  const due = last === undefined ? [] : all.filter((event) => isAfter(event.cursor, first!.after) && !isAfter(event.cursor, last)); // prettier-ignore
  const missed = due.filter(({ cursor }) => !seen.has(cursor));
  const lost = missed.map(({ cursor, taskId, kind }) => {
    return {
      rule: 'event-missed',
      taskId,
      detail: `${client} never got ${kind} (${cursor}), although it read past it`,
    };
  });
  return [...faults, ...lost, ...compare(client, [...seen.values()], all)];
}

function checkListener(client: string, pushes: readonly Pushed[], all: readonly TaskEvent[]): Violation[] {
  const events = pushes.flatMap((push) => push.events);
  const times = new Map<string, number>();
  for (const { cursor } of events) times.set(cursor, (times.get(cursor) ?? 0) + 1);
  const doubled = [...times].filter(([, count]) => count > 1);
  return [
    ...doubled.map(([cursor, count]) => ({ rule: 'event-doubled', detail: `${client} got ${cursor} ${count} times` })),
    ...compare(client, events, all),
  ];
}

/** What a client got is what stands in the store. */
function compare(client: string, got: readonly TaskEvent[], all: readonly TaskEvent[]): Violation[] {
  const stored = new Map(all.map((event) => [event.cursor, essence(event)]));
  return got.flatMap((event) => {
    const { cursor, taskId, kind } = event;
    const known = stored.get(cursor);
    if (known === undefined)
      return [{ rule: 'event-lost', taskId, detail: `${client} got ${kind} (${cursor}), which is not kept` }];
    const detail = `${client} got ${essence(event)}, and ${known} is kept`;
    return known === essence(event) ? [] : [{ rule: 'event-changed', taskId, detail }];
  });
}

const essence = ({ taskId, kind, state, attempt, result }: TaskEvent) =>
  JSON.stringify({ taskId, kind, state, attempt, result });

function isAfter(cursor: string, other: string): boolean {
  return other === '0' || compareCursors(cursor, other) > 0;
}
