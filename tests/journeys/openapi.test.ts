import { Problem } from '../../contracts/problem.ts';
import { operations } from '../../functions/openapi/operations.ts';
import { type AnswerName, answerSchemas } from '../../functions/openapi/schemas.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

const stack = useStack();
let api: Api;
let completed: string;
let dead: string;
beforeAll(async () => {
  api = new Api(stack().baseUrl);
  completed = (await api.submit('echo', { message: 1, failures: 1 }, { tags: ['a'] })).id;
  dead = (await api.submit('echo', { message: 1, permanent: true })).id;
  await Promise.all([api.ended(completed), api.ended(dead)]);
});

/** Asks an operation, and holds the answer to what the document says of it. */
async function ask(name: string, path: string, status: number, body?: unknown): Promise<unknown> {
  const { method, path: template, answers, errors = [] } = operations[name]!;
  expect(path.split('?')[0]).toMatch(new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`));
  const init = { method: method.toUpperCase(), ...(body !== undefined && { body: JSON.stringify(body) }) };
  const answer = await api.call(path, init);
  expect([name, answer.status]).toEqual([name, status]);
  const schema = answers[status];
  if (status >= 400) {
    const problem = Problem.parse(answer.body);
    expect(errors).toContain(problem.code);
  } else if (schema !== 'any' && schema !== null) {
    expect(schema).toBeDefined();
    expect(answerSchemas[schema as AnswerName].safeParse(answer.body)).toMatchObject({ success: true });
  }
  return answer.body;
}

it('is served to all', async () => {
  const document = (await ask('GetOpenApi', '/api/openapi.json', 200)) as { openapi: string; paths: object };
  expect(document).toMatchObject({ openapi: '3.1.1', info: { title: 'Async Message Orchestrator' } });
  expect(Object.keys(document.paths)).toContain('/api/tasks/{id}');
});

it('tells of tasks what they are answered as', async () => {
  const task = { type: 'echo', payload: { message: 1 } };
  await ask('SendMessage', '/api/tasks', 202, task);
  await ask('SendMessage', '/api/tasks', 400, { type: 'no-such-type', payload: 1 });
  await ask('SendMessages', '/api/tasks/batch', 202, { tasks: [task, { type: 'no-such-type' }] });
  await ask('GetTask', `/api/tasks/${completed}`, 200);
  await ask('GetTask', '/api/tasks/nothing', 404);
  await ask('SendReceipts', '/api/receipts', 200, { receipts: [{ taskId: completed, cursor: '1-0', kind: 'seen' }] });
  await ask('SendReceipts', '/api/receipts', 400, { receipts: [] });
  await ask('GetTaskTimeline', `/api/tasks/${completed}/timeline`, 200);
  await ask('GetTaskPayload', `/api/tasks/${completed}/payload`, 200);
  await ask('GetTaskResult', `/api/tasks/${completed}/result`, 200);
  await ask('ListTasks', '/api/tasks?state=completed&limit=5', 200);
  await ask('ListTasks', '/api/tasks?state=unknown', 400);
  await ask('CancelTask', `/api/tasks/${completed}/cancel`, 409);
  await ask('ListTaskTypes', '/api/task-types', 200);
});

it('tells of dead letters, schedules and the rest what they are answered as', async () => {
  await ask('ListDeadLetters', '/api/dead-letters', 200);
  await ask('ReplayDeadLetters', '/api/dead-letters/replay', 200, { ids: [dead], dryRun: true });
  const { id } = (await ask('ReplayDeadLetters', '/api/dead-letters/replay', 202, { ids: [dead] })) as { id: string };
  await ask('GetReplay', `/api/replays/${id}`, 200);
  await ask('ListReplays', '/api/replays', 200);
  await ask('DiscardDeadLetters', '/api/dead-letters/discard', 200, {
    filter: { type: 'no-such-type' },
    reason: 'none',
  });
  const schedule = { name: 'nightly', cron: '0 3 * * *', type: 'echo', payload: { message: 1 } };
  const made = (await ask('CreateSchedule', '/api/schedules', 201, schedule)) as { id: string };
  await ask('GetSchedule', `/api/schedules/${made.id}`, 200);
  await ask('PreviewSchedule', '/api/schedules/preview', 200, { cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
  await ask('ListSchedules', '/api/schedules', 200);
  await ask('PauseSchedule', `/api/schedules/${made.id}/pause`, 200);
  await ask('DeleteSchedule', `/api/schedules/${made.id}`, 204);
  await ask('ListEvents', '/api/events?after=0', 200);
  await ask('Negotiate', '/api/negotiate', 200);
  await ask('GetStats', '/api/stats?window=5m', 200);
  await ask('GetHealth', '/api/health', 200);
});
