import { render, screen } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { TaskLogs } from './task-logs.ts';

let tasks: FakeTasks;
const show = (task = aTask({ state: 'running' })) =>
  render(TaskLogs, { providers: provideFakeTasks(tasks), inputs: { task } });
const line = (number: number, text: string, attempt = 1) => ({
  number,
  attempt,
  text,
  at: new Date(Date.UTC(2026, 10, 27, 9, 30, number)).toISOString(),
});

beforeEach(() => {
  tasks = new FakeTasks();
});

describe('the logs of a task', () => {
  it('stand attempt by attempt, as text, with what is kept no longer', async () => {
    tasks.logs = [line(4, 'First <b>try</b>'), line(5, 'Second', 2)];
    tasks.droppedLogs = 3;
    await show();
    expect(await screen.findByText('First <b>try</b>')).toBeTruthy();
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent.trim())).toEqual([
      'Attempt 1',
      expect.stringContaining('First <b>try</b>'),
      'Attempt 2',
      expect.stringContaining('Second'),
    ]);
    expect(screen.getByText(/3 older ones are kept no longer/)).toBeTruthy();
  });

  it('grow when more are told of, each line once, and are asked for by nothing else', async () => {
    tasks.logs = [line(1, 'one')];
    await show();
    await screen.findByText('one');
    tasks.logs = [line(1, 'one'), line(2, 'two')];
    tasks.logs$.next([{ taskId: 'another', newest: 9 }]);
    tasks.logs$.next([{ taskId: 't1', newest: 1 }]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(tasks.logRequests).toBe(1);
    for (let i = 0; i < 50; i += 1) tasks.logs$.next([{ taskId: 't1', newest: 2 }]);
    expect(await screen.findByText('two')).toBeTruthy();
    expect(screen.getAllByText('one')).toHaveLength(1);
    expect(tasks.logRequests).toBe(2);
  });

  it('are asked for again and again while nothing can be pushed', async () => {
    tasks.logs = [line(1, 'one')];
    tasks.connection.set({ kind: 'offline', retryAt: Date.now() + 60_000 });
    await show();
    await screen.findByText('one');
    tasks.logs = [line(1, 'one'), line(2, 'two')];
    expect(await screen.findByText('two', undefined, { timeout: 5_000 })).toBeTruthy();
  });

  it('say how to write some where there are none', async () => {
    const { rerender } = await show();
    expect(await screen.findByText(/context\.log/)).toBeTruthy();
    await rerender({ inputs: { task: aTask({ state: 'completed', finishedAt: new Date().toISOString() }) } });
    expect(await screen.findByText('The handler logged nothing.')).toBeTruthy();
  });

  it('say why they could not be fetched', async () => {
    tasks.client.api.getLogs = () => Promise.reject(new ApiError('dependency-unavailable', 503, 'Redis is away.'));
    await show();
    expect(await screen.findByText('Redis is away.')).toBeTruthy();
  });
});
