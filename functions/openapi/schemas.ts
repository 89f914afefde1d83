import * as z from 'zod';
import { ChatPage, ChatPresence, ChatRead, ChatRoom, ChatRooms, CreateRoom, MarkRead } from '../../contracts/chat.ts';
import { DiscardDeadLetters } from '../../contracts/dead-letters.ts';
import { Me } from '../../contracts/me.ts';
import { Problem } from '../../contracts/problem.ts';
import { ReceiptsTaken, SendReceipts } from '../../contracts/receipt.ts';
import { ReplayDeadLetters, ReplayTask } from '../../contracts/replay.ts';
import { PreviewSchedule, SaveSchedule, Schedule, SchedulePage, SchedulePreview } from '../../contracts/schedule.ts';
import { Stats } from '../../contracts/stats.ts';
import { RescheduleTask, SubmitTask } from '../../contracts/submit.ts';
import { EventPage, TaskEvent, Timeline } from '../../contracts/task-event.ts';
import { CancelledTasks, CancelTasks, TaskCounts } from '../../contracts/task-filter.ts';
import { TaskLogs } from '../../contracts/task-log.ts';
import { Task, TaskPage } from '../../contracts/task.ts';
import { CreateUpload, Upload } from '../../contracts/uploads.ts';
import * as answers from './answers.ts';

/** What requests carry. */
export const bodySchemas = {
  SubmitTask,
  SubmitTasks: answers.SubmitTasks,
  RescheduleTask,
  CancelTasks,
  ReplayTask,
  ReplayDeadLetters,
  DiscardDeadLetters,
  SaveSchedule,
  PreviewSchedule,
  CreateUpload,
  SendReceipts,
  CreateRoom,
  MarkRead,
  ChatPresence,
};
export type BodyName = keyof typeof bodySchemas;

/** What answers carry. */
export const answerSchemas = {
  Problem,
  Task,
  TaskPage,
  TaskCounts,
  CancelledTasks,
  TaskEvent,
  EventPage,
  ReceiptsTaken,
  Timeline,
  TaskLogs,
  BatchResults: answers.BatchResults,
  TaskTypeList: answers.TaskTypeList,
  ConnectionInfo: answers.ConnectionInfo,
  Me,
  Health: answers.Health,
  Stats,
  DeadLetterPage: answers.DeadLetterPage,
  Discarded: answers.Discarded,
  ReplayPlan: answers.ReplayPlan,
  ReplayPage: answers.ReplayPage,
  ReplayPreview: answers.ReplayPreview,
  Schedule,
  SchedulePage,
  SchedulePreview,
  Upload,
  ChatRoom,
  ChatRooms,
  ChatPage,
  ChatRead,
};
export type AnswerName = keyof typeof answerSchemas;

type JsonSchema = Record<string, unknown>;

/** `components.schemas`: JSON Schema, draft 2020-12, as OpenAPI 3.1 has it. */
export function componentSchemas(): Record<string, JsonSchema> {
  // An answer may gain fields, so its schema closes no object.
  const open = ({ jsonSchema }: { jsonSchema: JsonSchema }) => {
    if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  };
  return { ...toSchemas(bodySchemas, { io: 'input' }), ...toSchemas(answerSchemas, { io: 'output', override: open }) };
}

function toSchemas(
  schemas: Record<string, z.ZodType>,
  options: { io: 'input' | 'output'; override?: (context: { jsonSchema: JsonSchema }) => void },
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const made = z.toJSONSchema(registry, { ...options, uri, unrepresentable: 'any' }).schemas;
  return Object.fromEntries(Object.entries(made).map(([id, schema]) => [id, withoutNames(schema as JsonSchema)]));
}

/** Within a document a schema goes by its place. */
function withoutNames(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));
}
