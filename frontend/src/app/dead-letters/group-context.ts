import type { DeadLetterGroup } from '../../../../contracts/dead-letters.ts';
import type { Task } from '../../../../contracts/task.ts';

/** What began within this time of each other may have one cause. Milliseconds. */
export const togetherMs = 10 * 60_000;

export interface GroupContext {
  /** Of the tasks looked at. */
  readonly owners: number;
  /** True when each failed at its first attempt: trying again was of no use. */
  readonly isPermanent: boolean;
  readonly mostAttempts: number;
  /** Tags that at least half of them have. */
  readonly tags: readonly string[];
  readonly replayed: number;
  /** Other groups that began about when this one did. */
  readonly together: readonly DeadLetterGroup[];
  /** Where to look for what changed: tasks from shortly before the first failure to shortly after. ISO 8601. */
  readonly around: { readonly from: string; readonly to: string };
}

/** What can be told of a group beside its message. @param tasks the newest of it @param groups all there are */
export function groupContext(
  group: DeadLetterGroup,
  tasks: readonly Task[],
  groups: readonly DeadLetterGroup[],
): GroupContext {
  const first = Date.parse(group.firstAt);
  const near = (other: DeadLetterGroup) => Math.abs(Date.parse(other.firstAt) - first) <= togetherMs;
  const iso = (time: number) => new Date(time).toISOString();
  return {
    owners: new Set(tasks.map(({ owner }) => owner)).size,
    isPermanent: tasks.length > 0 && tasks.every(({ attempt, maxAttempts }) => attempt === 1 && maxAttempts > 1),
    mostAttempts: Math.max(0, ...tasks.map(({ attempt }) => attempt)),
    tags: commonTags(tasks),
    replayed: tasks.filter(({ replays = 0 }) => replays > 0).length,
    together: groups.filter((other) => other.group !== group.group && near(other)),
    around: { from: iso(first - togetherMs), to: iso(first + togetherMs) },
  };
}

function commonTags(tasks: readonly Task[]): string[] {
  const counts = new Map<string, number>();
  for (const tag of tasks.flatMap(({ tags }) => [...new Set(tags)])) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].filter(([, count]) => count * 2 >= tasks.length).map(([tag]) => tag);
}
