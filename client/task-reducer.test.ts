import type { TaskEvent } from '../contracts/task-event.ts';
import type { Task } from '../contracts/task.ts';
import { applyEvent, mergeFetched, type KnownTask } from './task-reducer.ts';

const second = (n: number) => new Date(Date.UTC(2026, 10, 21, 9, 30, n)).toISOString();
const queued: Task = {
  id: 't1',
  type: 'echo',
  state: 'queued',
  owner: 'me',
  attempt: 0,
  maxAttempts: 7,
  tags: [],
  priority: 'normal',
  delivery: 'at-least-once',
  payloadBytes: 10,
  createdAt: second(0),
  queuedAt: second(1),
};

function event(n: number, more: Partial<TaskEvent>): TaskEvent {
  const base = {
    cursor: `${n}-0`,
    taskId: 't1',
    kind: 'started',
    state: 'running',
    attempt: 1,
    at: second(n),
  } as const;
  return { ...base, ...more };
}
const apply = (known: KnownTask, ...events: TaskEvent[]) => events.reduce(applyEvent, known);

const started = event(2, {});
const progress = event(3, { kind: 'progress', progress: { percent: 40 } });
const retrying = event(4, {
  kind: 'retrying',
  state: 'retrying',
  error: { code: 'broken', message: 'no' },
  nextAttemptAt: second(5),
});
const startedAgain = event(5, { attempt: 2 });
const completed = event(6, { kind: 'completed', state: 'completed', attempt: 2, result: { rows: 3 } });

describe('a task under events', () => {
  it('goes the way from queued to completed', () => {
    const { task } = apply({ task: queued }, started, progress, retrying, startedAgain, completed);
    expect(task).toEqual({
      ...queued,
      state: 'completed',
      attempt: 2,
      startedAt: second(2),
      finishedAt: second(6),
      result: { rows: 3 },
    });
  });

  it('goes by the time that it was given last', () => {
    const scheduled: Task = { ...queued, state: 'scheduled', scheduledFor: second(50) };
    const announced = event(1, { kind: 'scheduled', state: 'scheduled', attempt: 0 });
    expect(apply({ task: scheduled }, announced).task.scheduledFor).toBe(second(50));
    const moved = event(2, { kind: 'scheduled', state: 'scheduled', attempt: 0, scheduledFor: second(20) });
    expect(apply({ task: scheduled }, announced, moved).task).toMatchObject({
      state: 'scheduled',
      scheduledFor: second(20),
    });
  });

  it('has as many attempts as the event says that gives it more', () => {
    const dead = event(4, { kind: 'dead-lettered', state: 'dead-lettered', attempt: 7 });
    const replayed = event(5, { kind: 'replayed', state: 'queued', attempt: 7, maxAttempts: 14 });
    const { task } = apply({ task: queued }, dead, replayed);
    expect(task).toMatchObject({ state: 'queued', attempt: 7, maxAttempts: 14 });
  });

  it('shows why the last attempt failed and when the next one comes', () => {
    const { task } = apply({ task: queued }, started, retrying);
    expect(task).toMatchObject({ state: 'retrying', attempt: 1, error: { code: 'broken' }, nextAttemptAt: second(5) });
  });

  it('does not change by an event that it has already seen', () => {
    const known = apply({ task: queued }, started, progress, retrying);
    expect(apply(known, started, progress)).toBe(known);
  });

  it.each([
    ['a started event on a retrying task', { ...queued, state: 'retrying', attempt: 1, startedAt: second(2) }, started],
    ['an earlier attempt', { ...queued, state: 'running', attempt: 2, startedAt: second(2) }, retrying],
    ['progress on a completed task', { ...queued, state: 'completed', attempt: 1, finishedAt: second(3) }, progress],
    ['a queued event on a cancelled task', { ...queued, state: 'cancelled', finishedAt: second(2) }, started],
  ] as const)('already included in a snapshot: %s', (_, snapshot, old) => {
    expect(applyEvent({ task: snapshot }, old).task).toEqual(snapshot);
  });

  it('takes the replay of a task that had ended', () => {
    const dead: Task = {
      ...queued,
      state: 'dead-lettered',
      attempt: 7,
      finishedAt: second(3),
      error: { code: 'x', message: 'y' },
    };
    const replayed = applyEvent({ task: dead }, event(8, { kind: 'replayed', state: 'queued', attempt: 7 }));
    expect(replayed.task).toEqual({ ...queued, attempt: 7, queuedAt: second(8), error: dead.error });
    expect(applyEvent(replayed, event(9, { attempt: 8 })).task).toMatchObject({ state: 'running', attempt: 8 });
  });

  it('keeps what events told when a fetch that began earlier answers late', () => {
    const known = apply({ task: queued }, started, retrying);
    expect(mergeFetched(known, { ...queued, state: 'running', attempt: 1, startedAt: second(2) })).toBe(known);
  });

  it('takes the result of a fetch that is as new as the last event', () => {
    const known = apply({ task: queued }, started, { ...completed, attempt: 1, result: undefined });
    const fetched: Task = { ...known.task, result: 'large' };
    expect(mergeFetched(known, fetched).task.result).toBe('large');
  });

  it('keeps the very result it knows when the ended task is fetched again', () => {
    const result = { rows: [1, 2] };
    const known = { task: { ...queued, state: 'completed', finishedAt: second(5), result } as const };
    const fetched: Task = { ...known.task, duplicates: 1, result: { rows: [1, 2] } };
    const { task } = mergeFetched(known, fetched);
    expect(task.duplicates).toBe(1);
    expect(task.result).toBe(result);
    const replayed = { ...fetched, finishedAt: second(9), result: { rows: [3] } };
    expect(mergeFetched(known, replayed).task.result).toEqual({ rows: [3] });
  });
});
