import type { TaskLogs } from '../../contracts/task-log.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

const stack = useStack();
let ada: Api;
beforeAll(async () => void (ada = await new Api(stack().baseUrl).as('ada')));

const logsOf = async (api: Api, id: string, query = '') => api.call<TaskLogs>(`/api/tasks/${id}/logs${query}`);

it('keeps what a handler logged with its task, over all attempts, for its owner and for operators', async () => {
  const { id } = await ada.submit('echo', { message: 'x', delayMs: 20, failures: 1 });
  await ada.ended(id);
  const { body } = await logsOf(ada, id);
  expect(body).toMatchObject({ taskId: id, dropped: 0 });
  expect(body.lines.map(({ number, attempt, text }) => [number, attempt, text])).toEqual([
    [1, 1, 'Waiting 20 ms, as asked.'],
    [2, 2, 'Waiting 20 ms, as asked.'],
  ]);
  expect((await logsOf(ada, id, '?after=1')).body.lines).toHaveLength(1);
  expect((await logsOf(new Api(stack().baseUrl), id)).body.lines).toHaveLength(2);
  expect((await logsOf(await new Api(stack().baseUrl).as('eve'), id)).status).toBe(404);
  expect((await logsOf(ada, id, '?after=-1')).status).toBe(400);
});

it('can be read while the handler runs', async () => {
  const { id } = await ada.submit('echo', { message: 'x', delayMs: 600_000 });
  for (;;) {
    const { lines } = (await logsOf(ada, id)).body;
    if (lines.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect((await ada.task(id)).state).toBe('running');
  await ada.post(`/api/tasks/${id}/cancel`, '');
});
