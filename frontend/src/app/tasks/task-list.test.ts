import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { TaskList } from './task-list.ts';

let tasks: FakeTasks;
const open = (inputs: { state?: 'completed' | 'retrying'; q?: string } = {}) =>
  render(TaskList, { providers: provideFakeTasks(tasks), inputs });
const rows = () => screen.queryAllByRole('listitem');

beforeEach(() => {
  tasks = new FakeTasks();
});

describe('the list of tasks', () => {
  it('shows state in words, title, attempt, error and result', async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    tasks.put(
      aTask({ id: 'a', state: 'completed', result: { rows: 1234, columns: [1, 2] }, tags: ['urgent'] }),
      aTask({
        id: 'b',
        state: 'retrying',
        attempt: 2,
        error: { code: 'x', message: '<img src=x onerror=alert(1)>' },
        nextAttemptAt: soon,
      }),
      aTask({ id: 'c', state: 'running', attempt: 1, progress: { percent: 64, message: 'row 12,800' } }),
    );
    await open();
    const [running, retrying, completed] = rows();
    expect(running!.textContent).toContain('64 %');
    expect(running!.textContent).toContain('row 12,800');
    expect(retrying!.textContent).toMatch(/Retrying.*next attempt in.*<img src=x onerror=alert\(1\)>.*2\/7/s);
    expect(document.querySelector('img')).toBeNull();
    await waitFor(() =>
      expect(completed!.textContent).toMatch(/Completed.*Echo a message.*urgent.*1,234 rows · 2 columns/s),
    );
    expect(within(completed!).getByRole('link').getAttribute('href')).toBe('/tasks/a');
  });

  it('moves by itself when a task changes', async () => {
    tasks.put(aTask({ state: 'queued' }));
    await open();
    expect(rows()[0]!.textContent).toContain('Queued');
    tasks.put(aTask({ state: 'completed', result: 'done' }));
    await waitFor(() => expect(rows()[0]!.textContent).toMatch(/Completed.*done/s));
    expect(rows()).toHaveLength(1);
  });

  it('counts states, and filters by the one in the address', async () => {
    tasks.put(
      aTask({ id: 'a', state: 'completed' }),
      aTask({ id: 'b', state: 'completed' }),
      aTask({ id: 'c', state: 'retrying' }),
    );
    await open({ state: 'completed' });
    expect(screen.getByRole('link', { name: /All/ }).textContent).toContain('3');
    expect(screen.getByRole('link', { name: 'Completed 2', current: true })).toBeTruthy();
    expect(rows()).toHaveLength(2);
  });

  it('fetches those in a state that lie beyond the first page', async () => {
    tasks.list.set({ kind: 'ready', hasMore: true });
    tasks.put(aTask({ id: 'b', state: 'completed' }));
    tasks.older = [aTask({ id: 'a', state: 'retrying' })];
    await open({ state: 'retrying' });
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(screen.getByRole('link', { name: /All 2\+/ })).toBeTruthy();
  });

  it('finds by words in title, tag, ID and error', async () => {
    tasks.put(aTask({ id: 'a', tags: ['urgent'] }), aTask({ id: 'b', error: { code: 'x', message: 'Disk full' } }));
    const { rerender } = await open({ q: 'urgent' });
    expect(rows()).toHaveLength(1);
    await rerender({ inputs: { q: 'echo disk' } });
    expect(rows()).toHaveLength(1);
    await rerender({ inputs: { q: 'nothing like it' } });
    expect(screen.getByText('No task fits')).toBeTruthy();
  });

  it('teaches the next step when there are none', async () => {
    await open();
    expect(screen.getByRole('link', { name: 'Submit a task' }).getAttribute('href')).toBe('/submit');
  });

  it('says what is wrong when they cannot be fetched', async () => {
    tasks.list.set({ kind: 'failed', error: new ApiError('offline', 0, 'No answer from the server.') });
    await open();
    expect(screen.getByRole('alert').textContent).toContain('No answer from the server. It tries again by itself.');
  });

  it('holds new tasks back while a person reads further down', async () => {
    tasks.put(aTask({ id: 'a' }));
    await open();
    Object.defineProperty(window, 'scrollY', { value: 500, configurable: true });
    window.scrollTo = () => undefined;
    fireEvent.scroll(window);
    tasks.put(aTask({ id: 'b' }), aTask({ id: 'c' }));
    fireEvent.click(await screen.findByRole('button', { name: '2 new, show' }));
    await waitFor(() => expect(rows()).toHaveLength(3));
    Object.defineProperty(window, 'scrollY', { value: 0, configurable: true });
  });

  it('goes from row to row by the arrow keys', async () => {
    tasks.put(aTask({ id: 'a' }), aTask({ id: 'b' }));
    await open();
    const [first, second] = rows().map((row) => within(row).getByRole('link'));
    first!.focus();
    fireEvent.keyDown(first!, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second!, { key: 'ArrowUp' });
    expect(document.activeElement).toBe(first);
  });
});
