import type { TaskEvent } from '../../contracts/task-event.ts';
import type { TaskState } from '../../contracts/task-states.ts';
import type { Entry, EventsRead, Fault, Pushed, Read, Submitted, Told } from './history.ts';
import { checkHistory } from './history-checker.ts';

/** Two tasks of one key, as they should be: the second begins when the first has ended. */
const [first, second] = ['task-1', 'task-2'];

function submitted(taskId: string, at: number, more: Partial<Submitted> = {}): Submitted {
  const call = { client: 'a', owner: 'alice', start: at, end: at + 5 };
  const facts = { type: 'witness', delivery: 'exactly-once', steps: 1, orderingKey: 'key' } as const;
  return { what: 'submitted', ...call, label: taskId, status: 202, taskId, ...facts, ...more };
}

function read(taskId: string, at: number, state: TaskState, more: Partial<Read> = {}): Read {
  const attempt = state === 'queued' ? 0 : 1;
  return { what: 'read', client: 'a', taskId, status: 200, start: at, end: at + 5, state, attempt, ...more };
}

const resultOf = (taskId: string) => ({ label: taskId, run: `run of ${taskId}` });

function told(taskId: string, at: number, moment: Told['moment'], more: Partial<Told> = {}): Told {
  const run = `run of ${taskId}`;
  const step = moment === 'effect' || moment === 'step' ? { step: 'step 1' } : {};
  const doneBy = moment === 'step' ? { doneBy: run } : {};
  return { what: 'told', at, moment, taskId, label: taskId, attempt: 1, run, pid: 7, ...step, ...doneBy, ...more };
}

const life = (taskId: string): Pick<TaskEvent, 'taskId' | 'kind' | 'state' | 'attempt' | 'result'>[] => [
  { taskId, kind: 'queued', state: 'queued', attempt: 0 },
  { taskId, kind: 'started', state: 'running', attempt: 1 },
  { taskId, kind: 'completed', state: 'completed', attempt: 1, result: resultOf(taskId) },
];

function chain(events: readonly Partial<TaskEvent>[]): TaskEvent[] {
  return events.map((event, n) => {
    const previous = n === 0 ? {} : { previous: `${n}-0` };
    return { cursor: `${n + 1}-0`, ...previous, at: '2026-11-21T09:00:00.000Z', ...event } as TaskEvent;
  });
}

function page(events: readonly TaskEvent[], more: Partial<EventsRead> = {}): EventsRead {
  return { what: 'page', client: 'follower', owner: 'alice', start: 0, end: 1, after: '0', events, ...more };
}

function pushed(...events: readonly TaskEvent[]): Pushed {
  return { what: 'pushed', client: 'listener', owner: 'alice', start: 0, end: 0, events };
}

const events = chain([...life(first), ...life(second)]);

function goodTask(taskId: string, at: number): Entry[] {
  return [
    submitted(taskId, at),
    read(taskId, at + 10, 'queued'),
    read(taskId, at + 30, 'running'),
    told(taskId, at + 31, 'begin'),
    told(taskId, at + 32, 'effect'),
    told(taskId, at + 33, 'step'),
    told(taskId, at + 34, 'end'),
    read(taskId, at + 50, 'completed', { result: resultOf(taskId) }),
    read(taskId, at + 900, 'completed', { result: resultOf(taskId), isFinal: true }),
  ];
}

const tasks = [...goodTask(first, 1_000), ...goodTask(second, 2_000)];
const good: readonly Entry[] = [...tasks, page(events), pushed(...events), page(events, { client: 'end', isFinal: true })]; // prettier-ignore

const rulesOf = (entries: readonly Entry[]) => [...new Set(checkHistory(entries).map(({ rule }) => rule))];
const eventsInstead = (all: readonly TaskEvent[]): Entry[] => [...tasks, page(all), page(all, { client: 'end', isFinal: true })]; // prettier-ignore
const without = (match: (entry: Entry) => boolean) => good.filter((entry) => !match(entry));

it('has nothing to say of a history as it should be', () => {
  expect(checkHistory(good)).toEqual([]);
});

const planted: [what: string, rule: string, entries: readonly Entry[]][] = [
  ['an accepted task that is gone', 'accepted-gone', [...good, read(first, 1_100, 'queued', { status: 404, state: undefined } as never)]], // prettier-ignore
  ['an accepted task that nobody finds in the end', 'accepted-gone', without((entry) => entry.what === 'read' && entry.taskId === first && entry.isFinal === true)], // prettier-ignore
  ['a task that never ends', 'never-ended', [...without((entry) => entry.what === 'read' && entry.taskId === first), read(first, 3_000, 'queued', { isFinal: true })]], // prettier-ignore
  ['a submission that became two tasks', 'accepted-twice', [...good, submitted(second, 5_000, { label: first })]],
  ['a completed task seen queued later', 'went-back', [...good, read(first, 1_100, 'queued')]],
  ['an attempt that counts backwards', 'went-back', [...good, read(first, 1_025, 'running', { attempt: 3 })]],
  ['a dead letter that comes to life without a replay', 'went-back', [...good, read(first, 1_008, 'dead-lettered')]],
  ['a result that changes', 'result-changed', [...good, read(first, 1_200, 'completed', { result: { run: 'other' } })]],
  ['a result of a run that did not end', 'result-changed', without((entry) => entry.what === 'told' && entry.taskId === first && entry.moment === 'end')], // prettier-ignore
  ['a cancellation that does not last', 'cancel-undone', [...good, { what: 'cancelled', client: 'a', start: 1_010, end: 1_020, taskId: first, status: 200 }]], // prettier-ignore
  ['events without a task’s', 'event-lost', eventsInstead(chain(life(second)))],
  ['an event that a reader never got', 'event-missed', [...good, page([events[0]!, events[2]!], { client: 'other' })]],
  ['an event that is no longer kept', 'event-lost', [...good, pushed({ ...events[0]!, cursor: '99-0' })]],
  ['an event that was pushed twice', 'event-doubled', [...good, pushed(events[1]!)]],
  ['an event that reads otherwise than it was pushed', 'event-changed', [...good, { ...pushed({ ...events[2]!, state: 'cancelled' }), client: 'other' }]], // prettier-ignore
  ['cursors that do not grow', 'cursor-order', [...good, page([events[1]!, events[0]!], { client: 'other' })]],
  ['an event that names the wrong one before it', 'cursor-order', eventsInstead(events.map((event, n) => (n === 3 ? { ...event, previous: '2-0' } : event)))], // prettier-ignore
  ['a second completion', 'lifecycle', eventsInstead(chain([...life(first), life(first)[2]!, ...life(second)]))],
  ['a start after the end', 'lifecycle', eventsInstead(chain([...life(first), life(first)[1]!, ...life(second)]))],
  ['an end without a start', 'lifecycle', eventsInstead(chain([life(first)[0]!, life(first)[2]!, ...life(second)]))],
  ['an effect that was on record, done again', 'effects', [...good, told(first, 1_040, 'effect', { run: 'other' })]],
  ['an effect that never happened', 'effects', without((entry) => entry.what === 'told' && entry.taskId === first && entry.moment === 'effect')], // prettier-ignore
  ['a step with two values', 'step-changed', [...good, told(first, 1_041, 'step', { run: 'other', doneBy: 'other' })]],
  ['two holders of one lease', 'two-holders', [...good, told(first, 900, 'begin', { run: 'other' }), told(first, 1_200, 'end', { run: 'other' })]], // prettier-ignore
  ['a task that begins before its time', 'too-early', good.map((entry) => (entry.what === 'submitted' ? { ...entry, scheduledFor: 9_000 } : entry))], // prettier-ignore
  ['a task that overtakes another with its key', 'order', eventsInstead(chain([life(first)[0]!, life(first)[1]!, ...life(second), life(first)[2]!]))], // prettier-ignore
];

it.each(planted)('finds %s', (_what, rule, entries) => {
  expect(rulesOf(entries)).toContain(rule);
});

const fault = (start: number, end: number): Fault => ({ what: 'fault', name: 'kill host-1', start, end, mayCostLeases: true }); // prettier-ignore
const again = [told(first, 1_030, 'begin', { run: 'other' }), told(first, 1_031, 'effect', { run: 'other' })];
const [firstOf, othersOf] = [tasks.slice(0, 3), tasks.slice(3)];

it('excuses an effect that a fault kept from being recorded, and nothing else', () => {
  const twice = [...firstOf, ...again, ...othersOf, ...good.slice(tasks.length)];
  expect(rulesOf(twice)).toContain('effects');
  expect(rulesOf([...twice, fault(1_029, 1_032)])).toEqual([]);
  expect(rulesOf([...twice, fault(3_000, 4_000)])).toContain('effects');
});

it('lets a dead letter pass its successors, unless it holds its key', () => {
  const dead = { taskId: first, kind: 'dead-lettered', state: 'dead-lettered', attempt: 1 } as const;
  const replayed = { taskId: first, kind: 'replayed', state: 'queued', attempt: 1 } as const;
  const begun = life(first).slice(0, 2);
  const aside = chain([...begun, dead, ...life(second), replayed, ...life(first).slice(1)]);
  expect(rulesOf(eventsInstead(aside))).not.toContain('order');
  const held = eventsInstead(aside).map((entry) => (entry.what === 'submitted' ? { ...entry, holds: true } : entry));
  expect(rulesOf(held)).toContain('order');
});
