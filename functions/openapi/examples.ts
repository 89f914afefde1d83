import type { Problem } from '../../contracts/problem.ts';
import type { SubmitTask } from '../../contracts/submit.ts';
import type { Task } from '../../contracts/task.ts';

const submission: SubmitTask = { type: 'echo', payload: { message: 'Hello' }, tags: ['demo'], priority: 'normal' };

const task: Task = {
  id: '019a9f3e-5c00-7abc-8def-0123456789a3',
  type: 'echo',
  state: 'completed',
  owner: 'ada',
  attempt: 1,
  maxAttempts: 7,
  result: { message: 'Hello' },
  tags: ['demo'],
  priority: 'normal',
  delivery: 'at-least-once',
  payloadBytes: 19,
  createdAt: '2026-11-21T09:30:00.000Z',
  queuedAt: '2026-11-21T09:30:00.004Z',
  startedAt: '2026-11-21T09:30:00.009Z',
  finishedAt: '2026-11-21T09:30:00.012Z',
};

const problem: Problem = {
  type: 'urn:problem:invalid-request',
  title: 'The request is not valid',
  status: 400,
  code: 'invalid-request',
  detail: 'Correct what errors[] points at; GET /api/task-types shows each type with its schema and an example.',
  errors: [{ pointer: '/payload/message', detail: 'This field is missing.' }],
};

/** By the name of the schema. */
export const examples: Readonly<Record<string, unknown>> = { SubmitTask: submission, Task: task, Problem: problem };
