import type { ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { InvocationContext } from '@azure/functions';
import { taskQueue, type TaskMessageProperties } from '../../contracts/names.ts';
import { isTaskId } from './task-id.ts';
import type { TaskDetails, TaskFields } from './task-record.ts';

/** A message, and the queue it goes to. */
export interface OutgoingMessage {
  readonly queue: string;
  readonly message: ServiceBusMessage;
}

/** What a message of the task queue says: look at this task, for this attempt. */
export interface TaskMessage {
  readonly id: string;
  readonly attempt: number;
  /** As far as the message tells. */
  readonly taskType: string | undefined;
  /** How many were sent for the attempt before it, as its own ID says; undefined where that is none of ours. */
  readonly resends: number | undefined;
  /** W3C: what submitted the task. */
  readonly traceparent?: string | undefined;
}

/**
 * The message for one attempt of a task. Its messageId is the same whenever it is made, so that the broker's duplicate
 * detection drops what is sent again after a crash; a further message for the same attempt, after the first has been used
 * up, counts on behind a point.
 * @param dueAt milliseconds since 1970; undefined for now
 */
export function createTaskMessage(fields: TaskFields, attempt: number, dueAt?: number): OutgoingMessage {
  const details = JSON.parse(fields.details!) as TaskDetails;
  const properties: TaskMessageProperties = {
    taskType: fields.type!,
    owner: fields.owner!,
    attempt,
    ...(details.traceparent !== undefined && { traceparent: details.traceparent }),
  };
  const message = {
    body: fields.id!,
    contentType: 'application/json',
    messageId: `${fields.id!}:${attempt}${fields.resends === undefined ? '' : `.${fields.resends}`}`,
    applicationProperties: { ...properties },
    ...(details.orderingKey !== undefined && { sessionId: details.orderingKey }),
    ...(dueAt !== undefined && { scheduledEnqueueTimeUtc: new Date(dueAt) }),
  };
  return { queue: fields.lane ?? taskQueue, message };
}

/** @throws when the body is not a task's ID: such a message belongs into the dead-letter queue */
export function readTaskMessage(body: unknown, metadata: InvocationContext['triggerMetadata']): TaskMessage {
  const id = typeof body === 'string' ? body.trim().replace(/^"|"$/g, '') : undefined;
  if (id === undefined || !isTaskId(id)) {
    throw new Error(
      `The body of message ${String(metadata?.messageId)} is not a task's ID. Submit tasks with POST /api/tasks.`,
    );
  }
  const properties = metadata?.applicationProperties as
    Partial<Record<keyof TaskMessageProperties, unknown>> | undefined;
  const messageId = String(metadata?.messageId);
  const attempt = Number(properties?.attempt ?? Number.parseInt(messageId.split(':')[1] ?? '1', 10));
  return {
    id,
    attempt: Number.isInteger(attempt) && attempt > 0 ? attempt : 1,
    taskType: textOf(properties?.taskType),
    resends: resendsOf(messageId, id),
    traceparent: textOf(properties?.traceparent),
  };
}

/** Of AMQP's other types, which whoever may send can send, none is meant. */
function textOf(property: unknown): string | undefined {
  return typeof property === 'string' ? property : undefined;
}

/** A message of a dead-letter queue, where others lie as well. */
export type DeadMessage = Pick<ServiceBusReceivedMessage, 'body' | 'messageId' | 'applicationProperties'>;

/** @returns undefined where it is no task's */
export function findTaskMessage({ body, messageId, applicationProperties }: DeadMessage): TaskMessage | undefined {
  try {
    return readTaskMessage(body, { messageId, applicationProperties });
  } catch {
    return undefined;
  }
}

/** What stands in the ID of a message behind its attempt. */
export function resendsOf(messageId: string, taskId: string): number | undefined {
  const [, id, resends = '0'] = /^(.+):\d+(?:\.(\d+))?$/.exec(messageId) ?? [];
  return id === taskId ? Number(resends) : undefined;
}
