import type { TaskEvent } from '../../../../contracts/task-event.ts';
import type { TaskState } from '../../../../contracts/task-states.ts';
import type { TaskError } from '../../../../contracts/task.ts';

/** One run of the handler. Times are milliseconds since 1970, by the server's clock. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  /** How long the task waited for this run: in the queue, or for its retry. */
  readonly waitedMs: number;
  /** Undefined while it runs. */
  readonly endedAt?: number;
  /** The state the task went to; `running` while it runs. */
  readonly outcome: TaskState;
  readonly error?: TaskError;
  readonly nextAttemptAt?: number;
}

/** The runs that a task's events tell of, oldest first. */
export function attemptsOf(events: readonly TaskEvent[]): Attempt[] {
  const attempts: Attempt[] = [];
  let before: TaskEvent | undefined;
  for (const event of events) {
    if (event.kind === 'progress') continue;
    const running = attempts.at(-1);
    if (event.kind === 'started') attempts.push(begun(event, before));
    else if (running?.outcome === 'running') attempts[attempts.length - 1] = ended(running, event);
    before = event;
  }
  return attempts;
}

function begun(event: TaskEvent, before: TaskEvent | undefined): Attempt {
  const startedAt = Date.parse(event.at);
  const waitedMs = before === undefined ? 0 : startedAt - Date.parse(before.at);
  return { number: event.attempt, startedAt, waitedMs, outcome: 'running' };
}

function ended(attempt: Attempt, { state, at, error, nextAttemptAt }: TaskEvent): Attempt {
  return {
    ...attempt,
    endedAt: Date.parse(at),
    outcome: state,
    ...(error && { error }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: Date.parse(nextAttemptAt) }),
  };
}
