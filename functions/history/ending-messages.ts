import type { ServiceBusMessage } from '@azure/service-bus';
import { createHash } from 'node:crypto';
import type { EndingKind, EndingMessageProperties } from '../../contracts/names.ts';
import type { Task } from '../../contracts/task.ts';

/** Standard Service Bus takes 256 KB; the rest is for headers. */
const bodyLimitBytes = 192 * 1024;
const tasksPerMessage = 100;
/** Table Storage keeps 32 K characters in one property (learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model). */
const summaryLimit = 30_000;
const errorMessageLimit = 4_000;
const resultLimitBytes = 16 * 1024;

/** What is told of a task that has ended: the task, without a large result, and never its payload. */
export function toSummary(task: Task): Task {
  const { result, ...rest } = task;
  const isSmall = result !== undefined && Buffer.byteLength(JSON.stringify(result)) <= resultLimitBytes;
  const summary: Task = isSmall ? task : rest;
  if (JSON.stringify(summary).length <= summaryLimit) return summary;
  const { edited, error } = task;
  return {
    ...rest,
    ...(error !== undefined && { error: { ...error, message: error.message.slice(0, errorMessageLimit) } }),
    ...(edited !== undefined && { edited: { ...edited, patch: [] } }),
  };
}

export function kindOf({ state, discarded }: Task): EndingKind {
  return discarded === undefined ? (state as EndingKind) : 'discarded';
}

/** When the task became what the summary says, ISO 8601: of two summaries of a task the later one holds. */
export function asOf({ finishedAt, discarded, createdAt }: Task): string {
  return discarded?.at ?? finishedAt ?? createdAt;
}

/** The messages for some endings: tasks of one type that ended one way share one, as far as that goes. */
export function toMessages(endings: readonly Task[]): ServiceBusMessage[] {
  const groups = Map.groupBy(endings, (task) => JSON.stringify([task.type, kindOf(task)]));
  return [...groups.values()].flatMap((group) => portions(group).map(toMessage));
}

function portions(group: readonly Task[]): Task[][] {
  const all: Task[][] = [[]];
  let bytes = 0;
  for (const task of group) {
    const own = Buffer.byteLength(JSON.stringify(task)) + 1;
    const current = all.at(-1)!;
    if (current.length === tasksPerMessage || (current.length > 0 && bytes + own > bodyLimitBytes)) {
      all.push([task]);
      bytes = own;
    } else {
      current.push(task);
      bytes += own;
    }
  }
  return all;
}

function toMessage(tasks: readonly Task[]): ServiceBusMessage {
  const [first] = tasks as readonly [Task];
  const properties: EndingMessageProperties = { taskType: first.type, kind: kindOf(first), count: tasks.length };
  return {
    body: tasks,
    contentType: 'application/json',
    messageId: messageIdOf(tasks),
    subject: properties.kind,
    applicationProperties: { ...properties },
  };
}

/** The same for the same endings, so that the broker's duplicate detection drops what is sent twice. */
function messageIdOf(tasks: readonly Task[]): string {
  const names = tasks.map((task) => `${task.id}:${kindOf(task)}:${asOf(task)}`).sort();
  return names.length === 1 ? names[0]! : createHash('sha256').update(names.join('\n')).digest('hex');
}
