import { render, screen, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { useLayout } from '../testing/fake-layout.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { at, ended, error, event, timeline } from '../testing/sample-task.ts';
import { TaskPage } from './task-page.ts';

let tasks: FakeTasks;
const open = () => render(TaskPage, { providers: provideFakeTasks(tasks), inputs: { id: 't1' } });

beforeEach(() => {
  useLayout();
  tasks = new FakeTasks();
});

describe('the page of a task', () => {
  it('shows the timeline by attempts, with waits and durations, to scale', async () => {
    tasks.timeline = timeline;
    tasks.put(aTask({ ...ended, state: 'completed', attempt: 2, result: 'ok' }));
    await open();
    expect(await screen.findByText(/waited 8 ms, ran 100 ms/)).toBeTruthy();
    const second = screen.getByText(/waited 390 ms, ran 500 ms/).closest('li')!;
    expect(second.textContent).toContain('completed');
    const bar = second.querySelector<HTMLElement>('.run')!;
    expect([bar.style.left, bar.style.width]).toEqual(['50%', '50%']);
    expect(screen.getByText('Asked to <i>fail</i>.')).toBeTruthy();
  });

  it('grows with the events, and shows none twice', async () => {
    tasks.timeline = timeline.slice(0, 2);
    tasks.put(aTask({ createdAt: at(0), queuedAt: at(2), startedAt: at(10), state: 'running', attempt: 1 }));
    await open();
    await screen.findByText('Attempt 1');
    tasks.events$.next(timeline.slice(1, 4));
    expect(await screen.findByText('Attempt 2')).toBeTruthy();
    expect(screen.getAllByText('Attempt 1')).toHaveLength(1);
  });

  it('shows a replay between the attempts, and leaves out of the scale how long the task lay dead', async () => {
    tasks.timeline = [
      event(0, 'queued', 'queued', 0),
      event(0, 'started', 'running', 1),
      event(500, 'dead-lettered', 'dead-lettered', 1, { error }),
      event(3_600_500, 'replayed', 'queued', 1),
      event(3_600_500, 'started', 'running', 2),
      event(3_601_000, 'completed', 'completed', 2),
    ].map((each, index) => ({ ...each, cursor: `${index}-0` }));
    const times = { createdAt: at(0), queuedAt: at(3_600_500), startedAt: at(0), finishedAt: at(3_601_000) };
    tasks.put(aTask({ ...times, state: 'completed', attempt: 2, maxAttempts: 8 }));
    await open();
    await screen.findByText('Attempt 2');
    const lines = within(screen.getByRole('region', { name: 'Timeline' })).getAllByRole('listitem');
    const labels = lines.map((line) => line.querySelector('.label')?.textContent);
    expect(labels).toEqual(['Accepted', 'Attempt 1', 'replayed', 'Attempt 2']);
    expect(lines[0]!.textContent).toContain('in the queue after <1 ms');
    expect(lines[2]!.textContent).toContain('after it lay dead for 1 h');
    const bars = lines.flatMap((line) => [...line.querySelectorAll<HTMLElement>('.run')]);
    expect(bars.map(({ style }) => [style.left, style.width])).toEqual([
      ['0%', '50%'],
      ['50%', '50%'],
    ]);
  });

  it('draws its way through the states, in words too', async () => {
    tasks.timeline = timeline;
    tasks.put(aTask({ ...ended, state: 'completed', attempt: 2, result: 'ok' }));
    const { container } = await open();
    const name = 'The way of this task: Queued, Running, Retrying, Running, Completed.';
    expect(await screen.findByRole('img', { name })).toBeTruthy();
    expect(container.querySelectorAll('.edge.taken')).toHaveLength(4);
    expect(container.querySelectorAll('g.visited')).toHaveLength(4);
    expect(container.querySelector('g.here')!.textContent).toContain('Completed');
  });

  it('fetches the timeline when the connection is back, if it could not be fetched before', async () => {
    tasks.timeline = timeline;
    tasks.connection.set({ kind: 'offline', retryAt: 0 });
    tasks.put(aTask({ ...ended, state: 'completed', attempt: 2 }));
    tasks.refusal = new ApiError('offline', 0, 'No answer from the server.');
    const { fixture } = await open();
    await fixture.whenStable();
    expect(screen.queryByText('Attempt 2')).toBeNull();
    tasks.connection.set({ kind: 'live' });
    expect(await screen.findByText('Attempt 2')).toBeTruthy();
  });
});
