import { fireEvent, render, screen, waitFor } from '@testing-library/angular';
import { useLayout } from '../testing/fake-layout.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { at, ended, error, timeline } from '../testing/sample-task.ts';
import { TaskPage } from './task-page.ts';

let tasks: FakeTasks;
const open = (id = 't1') => render(TaskPage, { providers: provideFakeTasks(tasks), inputs: { id } });

beforeEach(() => {
  useLayout();
  tasks = new FakeTasks();
});

describe('the page of a task', () => {
  it('shows why the last attempt failed and counts down to the next', async () => {
    const nextAttemptAt = new Date(Date.now() + 30_000).toISOString();
    tasks.put(aTask({ state: 'retrying', attempt: 3, error, nextAttemptAt }));
    await open();
    expect(await screen.findByText('The last attempt failed')).toBeTruthy();
    expect(screen.getAllByText(/in (30|29) s/).length).toBeGreaterThan(0);
  });

  it('counts how long a scheduled task took from when it was due', async () => {
    tasks.put(aTask({ ...ended, state: 'completed', attempt: 1, scheduledFor: at(900), scheduleId: 's1' }));
    await open();
    expect((await screen.findByText('Took')).nextElementSibling!.textContent).toBe('100 ms');
    expect(screen.getByRole('link', { name: 'a schedule' }).getAttribute('href')).toBe('/schedules/s1');
  });

  it.each([
    [1, '1 duplicate suppressed'],
    [3, '3 duplicates suppressed'],
  ])('tells how many requests were duplicates: %s', async (duplicates, text) => {
    tasks.put(aTask({ ...ended, state: 'completed', duplicates }));
    await open();
    expect(await screen.findByText(text)).toBeTruthy();
  });

  it('says nothing of duplicates where there were none', async () => {
    tasks.put(aTask({ ...ended, state: 'completed' }));
    await open();
    await screen.findByText('Facts');
    expect(screen.queryByText(/suppressed/)).toBeNull();
  });

  it('keeps open what somebody opened, and what was typed, when news of the task comes in', async () => {
    const scheduled = { state: 'scheduled', scheduledFor: '2030-01-01T10:00:00.000Z' } as const;
    tasks.put(aTask(scheduled));
    const { fixture } = await open();
    fireEvent.click(await screen.findByRole('button', { name: 'Another time' }));
    fireEvent.input(await screen.findByLabelText('Not before'), { target: { value: '2030-02-03T04:05' } });
    tasks.put(aTask({ ...scheduled, duplicates: 1 }));
    await fixture.whenStable();
    expect(await screen.findByText('1 duplicate suppressed')).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>('Not before').value).toBe('2030-02-03T04:05');
    tasks.put(aTask({ state: 'running', attempt: 1 }));
    await waitFor(() => expect(screen.queryByLabelText('Not before')).toBeNull());
  });

  it('shows of a task that only history has what is kept, and asks for nothing else', async () => {
    tasks.timeline = timeline;
    tasks.put(aTask({ ...ended, state: 'completed', attempt: 2, result: 'what came of it', archived: true }));
    const { container } = await open();
    expect(await screen.findByText(/This task ended long ago/)).toBeTruthy();
    expect(screen.getByRole('region', { name: 'Result' }).textContent).toContain('what came of it');
    expect(screen.getAllByRole('tab').map((tab) => tab.textContent.trim())).toEqual(['Result']);
    expect(screen.queryByRole('heading', { name: 'Timeline' })).toBeNull();
    expect(container.querySelector('app-task-actions')).toBeNull();
    const hrefOf = (name: string) => screen.getByRole('link', { name }).getAttribute('href');
    expect(hrefOf('History')).toBe('/history');
    expect(hrefOf('Submit a task of this type')).toBe('/submit?type=echo');
  });

  it('says so when there is no such task', async () => {
    await open('nothing');
    expect(await screen.findByText('There is no such task')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'All tasks' })).toBeTruthy();
  });
});
