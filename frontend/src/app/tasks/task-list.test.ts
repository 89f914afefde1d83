import { TestBed } from '@angular/core/testing';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { useLayout } from '../testing/fake-layout.ts';
import { aTask, FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { BulkJobs } from './bulk-jobs.ts';
import { TaskList } from './task-list.ts';

let tasks: FakeTasks;
type Inputs = Partial<Record<'state' | 'q' | 'tag' | 'task', string>>;
const open = (inputs: Inputs = {}) => render(TaskList, { providers: provideFakeTasks(tasks), inputs });
const rows = () => screen.queryAllByRole('listitem');
const shown = async (count: number) => waitFor(() => expect(rows()).toHaveLength(count));

beforeEach(() => {
  tasks = new FakeTasks();
  localStorage.clear();
  useLayout();
});

describe('the list of tasks', () => {
  it('shows state in words, title, what it is about, attempt, error and result', async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    tasks.put(
      aTask({ id: 'a', about: 'Invoice 9', state: 'completed', result: { rows: 1234, columns: [1, 2] }, tags: ['urgent'] }),
      aTask({ id: 'b', state: 'retrying', attempt: 2, error: { code: 'x', message: '<img src=x onerror=alert(1)>' }, nextAttemptAt: soon }),
      aTask({ id: 'c', state: 'running', attempt: 1, progress: { percent: 64, message: 'row 12,800' } }),
    ); // prettier-ignore
    await open();
    await shown(3);
    const [running, retrying, completed] = rows();
    expect(running!.textContent).toContain('64 %');
    expect(running!.textContent).toContain('row 12,800');
    expect(retrying!.textContent).toMatch(/Retrying.*next attempt in.*<img src=x onerror=alert\(1\)>.*2\/7/s);
    expect(document.querySelector('img')).toBeNull();
    await waitFor(() =>
      expect(completed!.textContent).toMatch(/Completed.*Echo a message.*Invoice 9.*urgent.*1,234 rows · 2 columns/s),
    );
    expect(within(completed!).getByRole('link').getAttribute('href')).toBe('/tasks/a');
  });

  it('tells operators whose a task is where it is not theirs, and what a queued one waits for', async () => {
    tasks.put(aTask({ id: 'a', owner: 'ada' }), aTask({ id: 'b', owner: 'bob', orderingKey: 'k1' }));
    await open();
    http()
      .expectOne('/.auth/me')
      .flush([{ user_id: 'ada', user_claims: [{ typ: 'roles', val: 'operator' }] }]);
    await waitFor(() => expect(rows()[0]!.textContent).toContain('bob'));
    expect(rows()[0]!.textContent).toContain('runs after those before it with the ordering key “\u2068k1\u2069”');
    expect(rows()[1]!.textContent).not.toContain('ada');
  });

  it('speaks of a single task, and of what a result has one of or names in the singular, as of one', async () => {
    tasks.put(aTask({ state: 'completed', result: { rows: 1, columns: [1], files: 2, sequence: 3000 } }));
    await open();
    await waitFor(() => expect(rows()[0]!.textContent).toContain('rows 1 · columns 1 · 2 files · sequence 3,000'));
    fireEvent.click(screen.getByRole('button', { name: 'Export' }));
    expect(await screen.findByRole('menuitem', { name: '1 task as CSV' })).toBeTruthy();
    void TestBed.inject(BulkJobs).cancel({ ids: ['t1'] });
    expect(await screen.findByRole('region', { name: /^1 task will be cancelled in \d s$/ })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
  });

  it('moves by itself when a task changes', async () => {
    tasks.put(aTask({ state: 'queued' }));
    await open();
    await shown(1);
    tasks.put(aTask({ state: 'completed', result: 'done' }));
    await waitFor(() => expect(rows()[0]!.textContent).toMatch(/Completed.*done/s));
    expect(rows()).toHaveLength(1);
  });

  it('counts states, and filters by the one in the address', async () => {
    tasks.put(aTask({ id: 'a', state: 'completed' }), aTask({ id: 'b', state: 'completed' }), aTask({ id: 'c', state: 'retrying' })); // prettier-ignore
    await open({ state: 'completed' });
    await shown(2);
    expect((await screen.findByRole('link', { name: /All 3/ })).getAttribute('aria-current')).toBeNull();
    expect(screen.getByRole('link', { name: 'Completed 2', current: true })).toBeTruthy();
  });

  it('draws of ten thousand only those in sight, and fetches older ones before they are needed', async () => {
    tasks.put(...Array.from({ length: 10_000 }, (_, n) => aTask({ id: `t${String(n).padStart(5, '0')}` })));
    await open();
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
    expect(rows().length).toBeLessThan(100);
    expect(rows()[0]!.getAttribute('aria-setsize')).toBe('10000');
  });

  it('goes on to tasks that lie beyond the first page', async () => {
    tasks.put(aTask({ id: 'b', state: 'retrying' }));
    tasks.older = [aTask({ id: 'a', state: 'retrying' })];
    await open({ state: 'retrying' });
    await shown(2);
    expect(tasks.asked.map(({ state, cursor }) => [state, cursor])).toEqual([
      ['retrying', undefined],
      ['retrying', 'b'],
    ]);
  });

  it('finds by words from anywhere in a task', async () => {
    tasks.put(aTask({ id: 'a', tags: ['urgent'] }), aTask({ id: 'b', error: { code: 'x', message: 'Disk full' } }));
    const { rerender } = await open({ q: 'urgent' });
    await shown(1);
    await rerender({ inputs: { q: 'echo disk' } });
    await shown(1);
    await rerender({ inputs: { q: 'nothing like it' } });
    expect(await screen.findByText('No task fits')).toBeTruthy();
  });

  it('teaches the next step when there are none', async () => {
    await open();
    expect((await screen.findByRole('link', { name: 'Submit a task' })).getAttribute('href')).toBe('/submit');
  });

  it('says what is wrong when they cannot be fetched, and tries again', async () => {
    tasks.refusal = new ApiError('offline', 0, 'No answer from the server.');
    await open();
    expect((await screen.findByRole('alert')).textContent).toContain('No answer from the server.');
    tasks.put(aTask({ id: 'a' }));
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await shown(1);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('holds new tasks back, and those that fit no longer in place, while a person reads further down', async () => {
    tasks.put(aTask({ id: 'a', state: 'queued' }));
    await open({ state: 'queued' });
    await shown(1);
    Object.defineProperty(window, 'scrollY', { value: 500, configurable: true });
    fireEvent.scroll(window);
    tasks.put(aTask({ id: 'a', state: 'completed' }), aTask({ id: 'b' }), aTask({ id: 'c' }));
    const more = await screen.findByRole('button', { name: '2 new ↑' });
    expect(rows().map((row) => row.dataset['row'])).toEqual(['a']);
    expect(rows()[0]!.classList).toContain('gone');
    fireEvent.click(more);
    await waitFor(() => expect(rows().map((row) => row.dataset['row'])).toEqual(['c', 'b']));
    Object.defineProperty(window, 'scrollY', { value: 0, configurable: true });
  });

  it('goes from row to row by the arrow keys', async () => {
    tasks.put(aTask({ id: 'a' }), aTask({ id: 'b' }));
    await open();
    await shown(2);
    const [first, second] = rows().map((row) => within(row).getByRole('link'));
    first!.focus();
    fireEvent.keyDown(first!, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second!, { key: 'ArrowUp' });
    expect(document.activeElement).toBe(first);
  });
});

describe('selected tasks', () => {
  const box = (row: number) => within(rows()[row]!).getByRole('checkbox');

  it('are chosen one by one, up to another with shift, or all that match, and cancelled after a moment', async () => {
    tasks.put(...['a', 'b', 'c', 'd'].map((id) => aTask({ id, state: id === 'a' ? 'dead-lettered' : 'queued' })));
    tasks.older = [aTask({ id: '0', state: 'queued' })];
    await open();
    await shown(5);
    fireEvent.click(box(0));
    fireEvent.click(box(2), { shiftKey: true });
    const bar = within(await screen.findByRole('region', { name: 'Selected tasks' }));
    expect(bar.getByText('3 selected')).toBeTruthy();
    expect(bar.getByRole('button', { name: 'Cancel 3' })).toBeTruthy();
    expect(bar.getByRole('button', { name: 'Replay 0' }).getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(bar.getByRole('button', { name: 'Select all 5 that match' }));
    fireEvent.click(await bar.findByRole('button', { name: 'Cancel 4' }));
    expect(await screen.findByText(/4 tasks will be cancelled in/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(screen.queryByText(/will be cancelled/)).toBeNull());
    expect(tasks.bulkCancelled).toEqual([]);
  });
});

it('remembers a view by its name', async () => {
  const { rerender } = await open({ tag: 'urgent' });
  fireEvent.click(await screen.findByRole('button', { name: /Views/ }));
  fireEvent.click(await screen.findByRole('menuitem', { name: /Save this view/ }));
  const name = await screen.findByRole('textbox', { name: 'Name of the view' });
  fireEvent.input(name, { target: { value: ' \u200b ' } });
  fireEvent.submit(name.closest('form')!);
  expect((await screen.findByRole('alert')).textContent).toMatch(/^Write something that can be seen/);
  fireEvent.input(name, { target: { value: 'My <b>urgent</b> ones' } });
  fireEvent.submit(name.closest('form')!);
  expect(await screen.findByRole('button', { name: /My <b>urgent<\/b> ones/ })).toBeTruthy();
  await rerender({ inputs: { tag: 'other' } });
  expect(await screen.findByRole('button', { name: /Views/ })).toBeTruthy();
});
