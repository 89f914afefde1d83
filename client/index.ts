export { ApiError, apiErrorFrom, type ApiErrorCode } from './api-error.ts';
export { connect, type ConnectOptions } from './connect.ts';
export type { ConnectionState } from './connection-state.ts';
export { compareCursors } from './cursor.ts';
export type { LiveFeedTimings } from './live-feed.ts';
export { LiveStream } from './live-stream.ts';
export type { ReceiptMemory } from './receipts.ts';
export { fetchRequest, requestTarget, type ApiRequest, type SendRequest } from './request.ts';
export { ScheduleApi, type ScheduleQuery } from './schedule-api.ts';
export { ServerClock } from './server-clock.ts';
export { submitTask, upload } from './submit.ts';
export {
  TaskApi,
  type ConnectionInfo,
  type DeadLetterQuery,
  type TaskFilterQuery,
  type TaskQuery,
} from './task-api.ts';
export { TaskClient, type ListState, type TaskClientOptions } from './task-client.ts';
export type { TaskFilter } from './task-filter.ts';
export { isEnded } from './task-reducer.ts';
export type { Schedule as DrawSchedule } from './task-store.ts';
export type { UploadOptions, UploadProgress } from './upload.ts';
export { values } from './values.ts';
