import { chatLimits } from '../../contracts/chat.ts';
import type { ProblemCode } from '../../contracts/problem.ts';
import { statsWindows } from '../../contracts/stats.ts';
import { taskStates } from '../../contracts/task-states.ts';
import type { AnswerName, BodyName } from './schemas.ts';

export interface Parameter {
  readonly in?: 'query' | 'header';
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** One HTTP function, as its callers see it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** In the query, unless it says otherwise. */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly body?: BodyName;
  readonly isBodyOptional?: true;
  /** Answers that are no errors, by status; null without a body. */
  readonly answers: Readonly<Record<number, AnswerName | 'any' | null>>;
  /** Beside `unauthenticated`, `dependency-unavailable` and `internal`, which any may answer. */
  readonly errors?: readonly ProblemCode[];
  /** Answers without anybody signed in. */
  readonly isOpen?: true;
}

const text = (description: string): Parameter => ({ description, schema: { type: 'string' } });
const time = (description: string): Parameter => ({ description, schema: { type: 'string', format: 'date-time' } });
const whole = (description: string, minimum: number, maximum: number): Parameter => ({
  description,
  schema: { type: 'integer', minimum, maximum },
});
const page = (maximum: number) => ({
  limit: whole('How many at most.', 1, maximum),
  cursor: text('The cursor of the page before, as it is.'),
});
const taskFilter = {
  state: text(`One or more of ${taskStates.join(', ')}, with commas between.`),
  type: text('Task type.'),
  tag: text('One of its tags.'),
  orderingKey: text('Its ordering key.'),
  schedule: text('ID of the schedule that it is a run of.'),
  owner: text('Its owner; for operators only.'),
  q: text('Words, each of which stands somewhere in ID, type, what it is about, tags, keys, error, progress, owner or a small result.'),
  from: time('Accepted at this time or later.'),
  to: time('Accepted before this time.'),
}; // prettier-ignore
const submitErrors = [
  'invalid-request',
  'payload-too-large',
  'too-many-requests',
  'backlog-full',
  'not-accepting',
] as const;

const tasks: Record<string, Operation> = {
  SendMessage: {
    method: 'post', path: '/api/tasks', tag: 'Tasks', summary: 'Submit a task',
    parameters: { 'Idempotency-Key': { ...text('The same key with the same body gives the same task.'), in: 'header' } },
    body: 'SubmitTask', answers: { 202: 'Task' },
    errors: [...submitErrors, 'conflict', 'idempotency-key-reused', 'forbidden'],
  },
  SendMessages: {
    method: 'post', path: '/api/tasks/batch', tag: 'Tasks', summary: 'Submit up to 1,000 tasks, each accepted or refused by itself',
    body: 'SubmitTasks', answers: { 202: 'BatchResults' }, errors: ['invalid-request', 'payload-too-large', 'forbidden'],
  },
  GetTask: {
    method: 'get', path: '/api/tasks/{id}', tag: 'Tasks', summary: 'A task; with wait, once it has ended',
    parameters: {
      wait: whole('Seconds to wait for its end.', 0, 60),
      resultLimit: whole('A result of more bytes is left out, and resultBytes tells its size.', 16_384, 1_000_000_000),
    },
    answers: { 200: 'Task' }, errors: ['invalid-request', 'not-found'],
  },
  GetTaskResult: {
    method: 'get', path: '/api/tasks/{id}/result', tag: 'Tasks', summary: 'The result of a task alone, whatever its size',
    answers: { 200: 'any' }, errors: ['not-found'],
  },
  GetTaskPayload: {
    method: 'get', path: '/api/tasks/{id}/payload', tag: 'Tasks', summary: 'The payload of a task',
    parameters: { version: { description: 'The payload as it was submitted, where it was edited since.', schema: { enum: ['current', 'original'] } } },
    answers: { 200: 'any', 302: null }, errors: ['invalid-request', 'not-found', 'payload-missing'],
  },
  GetTaskTimeline: {
    method: 'get', path: '/api/tasks/{id}/timeline', tag: 'Tasks', summary: 'What happened to a task',
    answers: { 200: 'Timeline' }, errors: ['not-found'],
  },
  GetTaskLogs: {
    method: 'get', path: '/api/tasks/{id}/logs', tag: 'Tasks', summary: 'What the handler of a task logged, newest lines',
    parameters: { after: whole('Lines after this number.', 0, 1_000_000_000) },
    answers: { 200: 'TaskLogs' }, errors: ['invalid-request', 'not-found'],
  },
  ListTasks: {
    method: 'get', path: '/api/tasks', tag: 'Tasks', summary: 'Tasks, newest first',
    parameters: { ...taskFilter, ...page(500) },
    answers: { 200: 'TaskPage' }, errors: ['invalid-request', 'forbidden'],
  },
  ListHistory: {
    method: 'get', path: '/api/history', tag: 'Tasks', summary: 'Tasks that have ended, newest first: also those that only history still has',
    parameters: { ...taskFilter, ...page(500) },
    answers: { 200: 'TaskPage' }, errors: ['invalid-request', 'not-found', 'forbidden'],
  },
  CountTasks: {
    method: 'get', path: '/api/task-counts', tag: 'Tasks', summary: 'How many of the tasks that fit are in each state now',
    parameters: taskFilter, answers: { 200: 'TaskCounts' }, errors: ['invalid-request', 'forbidden'],
  },
  CancelTasks: {
    method: 'post', path: '/api/tasks/cancel', tag: 'Tasks', summary: 'Cancel many tasks, one part at a time: by a filter, ask again with the cursor until there is none',
    body: 'CancelTasks', answers: { 200: 'CancelledTasks' }, errors: ['invalid-request', 'payload-too-large', 'forbidden'],
  },
  CancelTask: {
    method: 'post', path: '/api/tasks/{id}/cancel', tag: 'Tasks', summary: 'Cancel a task that has not ended',
    answers: { 200: 'Task' }, errors: ['not-found', 'conflict', 'forbidden'],
  },
  RescheduleTask: {
    method: 'post', path: '/api/tasks/{id}/reschedule', tag: 'Tasks', summary: 'Give a scheduled task another time',
    body: 'RescheduleTask', answers: { 200: 'Task' }, errors: ['invalid-request', 'not-found', 'conflict', 'forbidden'],
  },
  ReplayTask: {
    method: 'post', path: '/api/tasks/{id}/replay', tag: 'Dead letters', summary: 'Replay one dead letter',
    body: 'ReplayTask', isBodyOptional: true, answers: { 200: 'Task' },
    errors: ['invalid-request', 'not-found', 'payload-missing', 'payload-too-large', 'conflict', 'forbidden'],
  },
  CreateUpload: {
    method: 'post', path: '/api/uploads', tag: 'Tasks', summary: 'Get an address to upload a large payload to',
    body: 'CreateUpload', answers: { 201: 'Upload' }, errors: ['invalid-request', 'payload-too-large', 'forbidden'],
  },
  ListTaskTypes: {
    method: 'get', path: '/api/task-types', tag: 'Tasks', summary: 'The kinds of tasks, with schema and example',
    answers: { 200: 'TaskTypeList' },
  },
}; // prettier-ignore

const deadLetters: Record<string, Operation> = {
  ListDeadLetters: {
    method: 'get', path: '/api/dead-letters', tag: 'Dead letters', summary: 'Dead letters, grouped by error, and one page of them',
    parameters: {
      type: text('Task type.'), code: text('Code of the last error.'), group: text('A group as this list names it.'),
      q: text('Text in ID, type, tags or error.'),
      from: time('Dead-lettered at this time or later.'), to: time('Dead-lettered before this time.'), ...page(500),
    },
    answers: { 200: 'DeadLetterPage' }, errors: ['invalid-request'],
  },
  ReplayDeadLetters: {
    method: 'post', path: '/api/dead-letters/replay', tag: 'Dead letters', summary: 'Replay many as a plan, or try it with dryRun',
    body: 'ReplayDeadLetters', answers: { 200: 'ReplayPreview', 202: 'ReplayPlan' }, errors: ['invalid-request', 'forbidden'],
  },
  DiscardDeadLetters: {
    method: 'post', path: '/api/dead-letters/discard', tag: 'Dead letters', summary: 'Take dead letters off the list, with a reason',
    body: 'DiscardDeadLetters', answers: { 200: 'Discarded' }, errors: ['invalid-request', 'forbidden'],
  },
  ListReplays: {
    method: 'get', path: '/api/replays', tag: 'Dead letters', summary: 'Replay plans, newest first',
    parameters: page(100), answers: { 200: 'ReplayPage' }, errors: ['invalid-request'],
  },
  GetReplay: {
    method: 'get', path: '/api/replays/{id}', tag: 'Dead letters', summary: 'A replay plan and how far it is',
    answers: { 200: 'ReplayPlan' }, errors: ['not-found'],
  },
  ControlReplay: {
    method: 'post', path: '/api/replays/{id}/{action}', tag: 'Dead letters', summary: 'Pause, resume or stop a replay plan',
    answers: { 200: 'ReplayPlan' }, errors: ['not-found', 'conflict', 'forbidden'],
  },
}; // prettier-ignore

const schedules: Record<string, Operation> = {
  ListSchedules: {
    method: 'get', path: '/api/schedules', tag: 'Schedules', summary: 'Recurring tasks, newest first',
    parameters: page(100), answers: { 200: 'SchedulePage' }, errors: ['invalid-request'],
  },
  CreateSchedule: {
    method: 'post', path: '/api/schedules', tag: 'Schedules', summary: 'Run a task again and again',
    body: 'SaveSchedule', answers: { 201: 'Schedule' }, errors: ['invalid-request', 'conflict', 'payload-too-large', 'forbidden'],
  },
  PreviewSchedule: {
    method: 'post', path: '/api/schedules/preview', tag: 'Schedules', summary: 'The next times of a cron expression, before it is saved',
    body: 'PreviewSchedule', answers: { 200: 'SchedulePreview' }, errors: ['invalid-request'],
  },
  GetSchedule: {
    method: 'get', path: '/api/schedules/{id}', tag: 'Schedules', summary: 'A schedule', answers: { 200: 'Schedule' }, errors: ['not-found'],
  },
  UpdateSchedule: {
    method: 'put', path: '/api/schedules/{id}', tag: 'Schedules', summary: 'Change a schedule',
    body: 'SaveSchedule', answers: { 200: 'Schedule' }, errors: ['invalid-request', 'not-found', 'payload-too-large', 'forbidden'],
  },
  DeleteSchedule: {
    method: 'delete', path: '/api/schedules/{id}', tag: 'Schedules', summary: 'Delete a schedule; its tasks stay',
    answers: { 204: null }, errors: ['not-found', 'forbidden'],
  },
  PauseSchedule: {
    method: 'post', path: '/api/schedules/{id}/pause', tag: 'Schedules', summary: 'Pause a schedule',
    answers: { 200: 'Schedule' }, errors: ['not-found', 'forbidden'],
  },
  ResumeSchedule: {
    method: 'post', path: '/api/schedules/{id}/resume', tag: 'Schedules', summary: 'Resume a schedule',
    answers: { 200: 'Schedule' }, errors: ['not-found', 'forbidden'],
  },
  RunSchedule: {
    method: 'post', path: '/api/schedules/{id}/run', tag: 'Schedules', summary: 'Run a schedule now, beside its times',
    answers: { 202: 'Task' }, errors: ['not-found', 'conflict', 'too-many-requests', 'backlog-full', 'not-accepting', 'forbidden'],
  },
}; // prettier-ignore

const chat: Record<string, Operation> = {
  ListChatRooms: {
    method: 'get', path: '/api/chat/rooms', tag: 'Chat', summary: 'All rooms: how far they are, how far you have read, who is there',
    answers: { 200: 'ChatRooms' },
  },
  CreateChatRoom: {
    method: 'post', path: '/api/chat/rooms', tag: 'Chat', summary: 'Create a room, open to all who can sign in',
    body: 'CreateRoom', answers: { 201: 'ChatRoom' }, errors: ['invalid-request', 'payload-too-large', 'conflict', 'forbidden'],
  },
  ListChatMessages: {
    method: 'get', path: '/api/chat/rooms/{room}/messages', tag: 'Chat', summary: 'Messages of a room, oldest first: the newest, or those before or after one. To send one, submit a task of type chat-message',
    parameters: {
      before: whole('Messages before this sequence.', 1, 999_999_999_999_999),
      after: whole('Messages after this sequence.', 0, 999_999_999_999_999),
      limit: whole('How many at most.', 1, chatLimits.page),
    },
    answers: { 200: 'ChatPage' }, errors: ['invalid-request', 'not-found'],
  },
  MarkChatRead: {
    method: 'post', path: '/api/chat/rooms/{room}/read', tag: 'Chat', summary: 'Say how far you have read a room; it never goes back',
    body: 'MarkRead', answers: { 200: 'ChatRead' }, errors: ['invalid-request', 'payload-too-large', 'not-found', 'forbidden'],
  },
  SetChatPresence: {
    method: 'post', path: '/api/chat/presence', tag: 'Chat', summary: 'Receive what is said, by the client method chat of the hub, and tell which room is open, and who types',
    body: 'ChatPresence', answers: { 204: null }, errors: ['invalid-request', 'payload-too-large', 'not-found', 'forbidden'],
  },
}; // prettier-ignore

const rest: Record<string, Operation> = {
  ListEvents: {
    method: 'get', path: '/api/events', tag: 'Events', summary: 'Events after a cursor: what a client missed',
    parameters: { after: text('0, latest, or the cursor of an event.'), limit: whole('How many at most.', 1, 1_000) },
    answers: { 200: 'EventPage' }, errors: ['invalid-request'],
  },
  SendReceipts: {
    method: 'post', path: '/api/receipts', tag: 'Events', summary: 'Say that events were delivered to this browser, or seen in it',
    body: 'SendReceipts', answers: { 200: 'ReceiptsTaken' }, errors: ['invalid-request', 'payload-too-large', 'forbidden'],
  },
  Negotiate: {
    method: 'post', path: '/api/negotiate', tag: 'Events', summary: 'Where to connect for live events (SignalR)',
    answers: { 200: 'ConnectionInfo' }, errors: ['forbidden'],
  },
  GetStats: {
    method: 'get', path: '/api/stats', tag: 'Operation', summary: 'Counts, rates, latency and backlog: of your own tasks, for operators of all',
    parameters: { window: { description: 'How far back; by default 1h.', schema: { enum: statsWindows } } },
    answers: { 200: 'Stats' }, errors: ['invalid-request'],
  },
  GetMe: {
    method: 'get', path: '/api/me', tag: 'Operation', summary: 'Who is signed in, as the API sees it',
    answers: { 200: 'Me' },
  },
  GetHealth: {
    method: 'get', path: '/api/health', tag: 'Operation', summary: 'The state of each dependency; 503 when one is down',
    answers: { 200: 'Health', 503: 'Health' }, isOpen: true,
  },
  GetOpenApi: {
    method: 'get', path: '/api/openapi.json', tag: 'Operation', summary: 'This document', answers: { 200: 'any' }, isOpen: true,
  },
}; // prettier-ignore

/** Every HTTP function under /api, by its name. */
export const operations: Readonly<Record<string, Operation>> = {
  ...tasks,
  ...deadLetters,
  ...schedules,
  ...chat,
  ...rest,
};
