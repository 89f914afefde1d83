import { deliverCallback } from '../callbacks/deliver-callback.ts';
import { chatMessage } from '../chat/chat-message.ts';
import { checksumFiles } from './checksum-files.ts';
import type { TaskType } from './define-task-type.ts';
import { echo } from './echo.ts';
import { summarizeCsv } from './summarize-csv.ts';

/** Every kind of task there is. A new one is one file beside this, and one entry here. */
export const taskTypes: ReadonlyMap<string, TaskType> = new Map(
  [summarizeCsv, echo, checksumFiles, chatMessage, deliverCallback].map((taskType) => [taskType.info.name, taskType]),
);
