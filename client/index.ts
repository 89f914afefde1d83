export { ApiError, apiErrorFrom, type ApiErrorCode } from './api-error.ts';
export { compareCursors } from './cursor.ts';
export type { ConnectionState } from './connection-state.ts';
export { fetchRequest, requestTarget, type ApiRequest, type SendRequest } from './request.ts';
export { TaskApi, type ConnectionInfo, type TaskQuery } from './task-api.ts';
export { TaskClient, type ListState, type TaskClientOptions } from './task-client.ts';
export { isEnded } from './task-reducer.ts';
export { values } from './values.ts';
