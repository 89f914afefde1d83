import type { TaskState } from '../../../contracts/task-states.ts';
import { isFinished, transitions } from '../../../functions/tasks/task-lifecycle.ts';
import type { Changed, History, Read, Submitted, Violation } from '../history.ts';

/** What clients were shown of each accepted task, one after the other. */
export function checkReads({ accepted, reads, changes }: History): Violation[] {
  return [...accepted].flatMap(([taskId, submitted]) => {
    const own = (reads.get(taskId) ?? []).toSorted((a, b) => a.start - b.start);
    const changed = changes.filter((change) => change.taskId === taskId);
    const faults = [
      ...checkPresence(submitted, own),
      ...checkEnd(own, changed),
      ...checkMonotony(own, changed),
      ...checkResult(own),
    ];
    return faults.map((fault) => ({ ...fault, taskId }));
  });
}

function checkPresence({ end }: Submitted, reads: readonly Read[]): Violation[] {
  return reads
    .filter(({ start, status }) => start > end && status === 404)
    .slice(0, 1)
    .map(() => ({ rule: 'accepted-gone', detail: 'it was accepted, and later there was no such task' }));
}

function checkEnd(reads: readonly Read[], changes: readonly Changed[]): Violation[] {
  const state = reads.find(({ isFinal }) => isFinal)?.state;
  if (state === undefined) return [{ rule: 'accepted-gone', detail: 'it was accepted, and is not there in the end' }];
  if (!isFinished(state)) return [{ rule: 'never-ended', detail: `it is still ${state} when all is over` }];
  const wasCancelled = changes.some(({ what, status }) => what === 'cancelled' && status === 200);
  if (wasCancelled && state !== 'cancelled')
    return [{ rule: 'cancel-undone', detail: `cancelling it was confirmed, and it is ${state}` }];
  return [];
}

/** A read that began after another had ended shows the same state or one that follows from it. */
function checkMonotony(reads: readonly Read[], changes: readonly Changed[]): Violation[] {
  const known = reads.filter(({ state }) => state !== undefined);
  const replays = changes.filter(({ what }) => what === 'replayed');
  for (const later of known) {
    const canBeReplayed = replays.some(({ start }) => start <= later.end);
    const earlier = known.find((one) => one.end < later.start && !mayFollow(one, later, canBeReplayed));
    if (earlier) {
      const detail = `${earlier.state} (attempt ${earlier.attempt}) and, read later, ${later.state} (attempt ${later.attempt})`;
      return [{ rule: 'went-back', detail }];
    }
  }
  return [];
}

function mayFollow(earlier: Read, later: Read, canBeReplayed: boolean): boolean {
  if ((later.attempt ?? 0) < (earlier.attempt ?? 0)) return false;
  return reachable(earlier.state!, canBeReplayed).has(later.state!);
}

function reachable(from: TaskState, canBeReplayed: boolean): Set<TaskState> {
  const found = new Set([from]);
  for (const state of found) {
    if (state === 'dead-lettered' && !canBeReplayed) continue;
    for (const next of transitions[state]) found.add(next);
  }
  return found;
}

function checkResult(reads: readonly Read[]): Violation[] {
  const results = reads
    .filter(({ state, result }) => state === 'completed' && result !== undefined)
    .map(({ result }) => JSON.stringify(result));
  const [first] = results;
  const other = results.find((result) => result !== first);
  return other === undefined ? [] : [{ rule: 'result-changed', detail: `${first} became ${other}` }];
}
