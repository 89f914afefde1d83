import { eventsMethod, operatorsGroup } from '../../contracts/names.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { compareCursors } from './event-record.ts';
import { sendToClients, type Target } from '../azure/signalr.ts';
import { outgoing } from './outgoing.ts';
import { keepTrackOfPush, pushesEnded } from './pushes.ts';

/** A SignalR REST call takes 1 MB; an event has 17 KB at most (see eventResultLimitBytes). */
const eventsPerSend = 50;
/** Operators watch the work of others: a tenth of a second spares a call for nearly every event. */
const operatorsPauseMs = 100;

const send = outgoing<TaskEvent>(
  // Replies of Redis may overtake each other on their way here.
  (target, events) =>
    sendToClients(target, eventsMethod, [events.toSorted((a, b) => compareCursors(a.cursor, b.cursor))]),
  (target) => ({ items: eventsPerSend, pauseMs: 'group' in target ? operatorsPauseMs : 0 }),
);

/**
 * Pushes events to the owner's browsers and to the operators, without keeping the caller waiting. A push that fails is
 * only late: the events stand in the store, and a client that misses some reads them there.
 */
export function publish(owner: string, events: readonly TaskEvent[]): void {
  if (events.length === 0) return;
  for (const event of events) push({ group: operatorsGroup }, event);
  if (events.every(isBeginning)) holdBack(owner, events);
  else for (const event of [...takeHeldBack(owner), ...events]) push({ user: owner }, event);
}

/** A task that is quick ends before anybody could see that it had begun: then one call tells of both. */
const holdBackMs = 10;
const heldBack = new Map<string, { readonly events: TaskEvent[]; readonly timer: NodeJS.Timeout }>();

function isBeginning({ kind }: TaskEvent): boolean {
  return kind === 'queued' || kind === 'started';
}

function holdBack(owner: string, events: readonly TaskEvent[]): void {
  const held = heldBack.get(owner);
  if (held !== undefined) return void held.events.push(...events);
  heldBack.set(owner, { events: [...events], timer: setTimeout(() => pushHeldBack(owner), holdBackMs) });
}

function takeHeldBack(owner: string): readonly TaskEvent[] {
  const held = heldBack.get(owner);
  if (held === undefined) return [];
  clearTimeout(held.timer);
  heldBack.delete(owner);
  return held.events;
}

function pushHeldBack(owner: string): void {
  for (const event of takeHeldBack(owner)) push({ user: owner }, event);
}

function push(target: Target, event: TaskEvent): void {
  keepTrackOfPush(send(target, event));
}

/** Settles when every push under way has ended. */
export async function settlePushes(): Promise<void> {
  for (const owner of heldBack.keys()) pushHeldBack(owner);
  await pushesEnded();
}
