import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { aTask } from '../testing/fake-tasks.ts';
import { journeyOf } from './journey.ts';
import type { Submission } from './submissions.ts';

const start = Date.UTC(2026, 10, 21, 9, 30);
const iso = (ms: number) => new Date(start + ms).toISOString();

function event(
  ms: number,
  kind: TaskEvent['kind'],
  state: TaskEvent['state'],
  attempt: number,
  more: Partial<TaskEvent> = {},
) {
  return { cursor: `${ms}-0`, taskId: 't1', kind, state, attempt, at: iso(ms), ...more };
}
const events: TaskEvent[] = [
  event(15, 'queued', 'queued', 0),
  event(18, 'started', 'running', 1),
  event(118, 'retrying', 'retrying', 1, { error: { code: 'x', message: 'no' }, nextAttemptAt: iso(200) }),
  event(205, 'started', 'running', 2),
  event(305, 'completed', 'completed', 2),
];

/** Clicked at 0, answered at 30, each event received 4 ms after it happened; `ahead`: of the server's clock. */
function submission(ahead = 0, received = events): Submission {
  const at = (event: TaskEvent) => Date.parse(event.at) - ahead + 4;
  return {
    taskId: 't1',
    clickedAt: start - ahead,
    answeredAt: start + 30 - ahead,
    received: received.map((event) => ({ event, at: at(event) })),
  };
}
const queued = aTask({ createdAt: iso(10), queuedAt: iso(15) });
const completed = { ...queued, state: 'completed', attempt: 2, startedAt: iso(18), finishedAt: iso(305) } as const;

describe('the way of a task', () => {
  it('has the time of every hop, from the click to the screen', () => {
    expect(journeyOf(submission(), completed)).toMatchObject({
      stored: { state: 'done', ms: 10 },
      queued: { state: 'done', ms: 5 },
      taken: { state: 'done', ms: 3 },
      worked: { state: 'done', ms: 287 },
      back: { state: 'done', ms: 4 },
      totalMs: 309,
      isEstimate: false,
    });
  });

  it('shows each attempt, what it failed of, and the wait between', () => {
    const { attempts } = journeyOf(submission(), completed);
    expect(attempts).toMatchObject([
      { number: 1, waitedMs: 3, outcome: 'retrying', error: { message: 'no' }, nextAttemptAt: start + 200 },
      { number: 2, waitedMs: 87, outcome: 'completed' },
    ]);
  });

  it('is only as far as the task is', () => {
    const journey = journeyOf(submission(0, events.slice(0, 1)), queued);
    expect(journey).toMatchObject({ queued: { ms: 5 }, taken: { state: 'active' }, worked: { state: 'ahead' } });
    expect(journey.totalMs).toBeUndefined();
  });

  it.each([90_000, -90_000])('says so when the clocks are %d ms apart, and does not count that as time', (ahead) => {
    const journey = journeyOf(submission(ahead), completed);
    expect(journey.isEstimate).toBe(true);
    expect(journey.totalMs).toBe(309);
    expect(journey.back.ms).toBeLessThanOrEqual(30);
    expect(journey.stored.ms).toBeLessThanOrEqual(30);
  });

  it('does without events for a task from before a reload', () => {
    const journey = journeyOf(submission(0, []), completed);
    expect(journey.attempts).toMatchObject([{ number: 2, startedAt: start + 18, outcome: 'completed' }]);
    expect(journey.back).toEqual({ state: 'done' });
  });
});
