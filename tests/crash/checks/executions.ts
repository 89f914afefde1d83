import type { History, Submitted, Told, Violation } from '../history.ts';
import { checkEffects, type Promised } from '../testimony.ts';

/** Timers and file lines are not exact. */
const toleranceMs = 50;

/** What handlers did, by their own testimony. */
export function checkExecutions(history: History): Violation[] {
  return [...history.accepted].flatMap(([taskId, submitted]) => {
    const told = history.told.get(taskId) ?? [];
    if (submitted.type !== 'witness') return [];
    const faults = [
      ...checkPromise(history, submitted, told),
      ...checkReplays(history, submitted, told),
      ...checkLease(history, told),
      ...checkSteps(told),
      ...checkTime(submitted, told),
      ...checkAuthor(history, taskId, told),
    ];
    return faults.map((fault) => ({ ...fault, taskId }));
  });
}

function checkPromise(history: History, submitted: Submitted, told: readonly Told[]): Violation[] {
  const { taskId = '', delivery, steps: count = 0 } = submitted;
  const isCompleted = history.eventsOfTask.get(taskId)?.at(-1)?.kind === 'completed';
  const byDelivery: Record<string, Promised> = { 'exactly-once': 'once', 'at-most-once': 'at-most-once' };
  const promised = byDelivery[delivery ?? ''] ?? 'at-least-once';
  const steps = count === 0 ? ['only'] : Array.from({ length: count }, (_, n) => `step ${n + 1}`);
  // A task that did not complete need not have come to all of its steps.
  const due = isCompleted ? steps : steps.filter((step) => told.some((line) => line.step === step));
  const isExcused = (first: Told, second: Told) => isBroken(history, first.at, second.at);
  // Whoever replays a dead letter asks for its effects once more: of a task that runs at most once, each attempt is a replay's.
  const asked = promised === 'at-most-once' ? [...new Set(told.map(({ attempt }) => attempt))] : [undefined];
  return asked.flatMap((attempt) => {
    const lines = attempt === undefined ? told : told.filter((line) => line.attempt === attempt);
    return checkEffects(lines, { promised, steps: due }, isExcused).map((detail) => ({ rule: 'effects', detail }));
  });
}

/** A task that may run at most once begins another attempt only when somebody has replayed it. */
function checkReplays(history: History, { taskId = '', delivery }: Submitted, told: readonly Told[]): Violation[] {
  const replayed = history.eventsOfTask.get(taskId)?.filter(({ kind }) => kind === 'replayed').length ?? 0;
  const attempts = new Set(told.map(({ attempt }) => attempt)).size;
  if (delivery !== 'at-most-once' || attempts <= replayed + 1) return [];
  return [{ rule: 'effects', detail: `${attempts} attempts, but it was replayed ${replayed} times only` }];
}

/** Two runs of one task at the same time, although nothing can have cost the first its lease. */
function checkLease(history: History, told: readonly Told[]): Violation[] {
  const runs = [...new Set(told.map(({ run }) => run))].map((run) => told.filter((line) => line.run === run));
  return runs.flatMap((first) =>
    runs.flatMap((second) => {
      const [begin, otherBegin, last] = [first[0]!, second[0]!, first.at(-1)!];
      const overlap = begin.at < otherBegin.at && otherBegin.at + toleranceMs < last.at;
      if (!overlap || isBroken(history, begin.at, otherBegin.at)) return [];
      return [{ rule: 'two-holders', detail: `run ${otherBegin.run} began while run ${begin.run} was under way` }];
    }),
  );
}

function isBroken({ faults }: History, from: number, to: number): boolean {
  return faults.some(({ mayCostLeases, start, end }) => mayCostLeases && start <= to && end >= from);
}

/** Whoever comes to a finished step is given the same value. */
function checkSteps(told: readonly Told[]): Violation[] {
  const values = new Map<string, string>();
  return told.flatMap(({ moment, step, doneBy }) => {
    if (moment !== 'step') return [];
    const before = values.get(step!) ?? doneBy!;
    values.set(step!, before);
    const detail = `${step} was done by ${before}, and then by ${doneBy}`;
    return before === doneBy ? [] : [{ rule: 'step-changed', detail }];
  });
}

function checkTime({ scheduledFor }: Submitted, told: readonly Told[]): Violation[] {
  const [first] = told;
  if (scheduledFor === undefined || first === undefined || first.at + toleranceMs >= scheduledFor) return [];
  return [{ rule: 'too-early', detail: `it began ${scheduledFor - first.at} ms before its time` }];
}

/** The result is that of a run that came to its end. */
function checkAuthor({ reads }: History, taskId: string, told: readonly Told[]): Violation[] {
  const result = reads.get(taskId)?.find(({ isFinal, state }) => isFinal && state === 'completed')?.result;
  if (result === undefined) return [];
  const { run } = result as { run: string };
  if (told.some((line) => line.run === run && line.moment === 'end')) return [];
  return [{ rule: 'result-changed', detail: `its result is of run ${run}, which never came to its end` }];
}
