import { fireEvent, render, screen } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { useLayout } from '../testing/fake-layout.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { HistoryPage } from './history-page.ts';

let tasks: FakeTasks;
const open = (inputs: object = {}) => render(HistoryPage, { providers: provideFakeTasks(tasks), inputs });
const links = () => screen.getAllByRole('listitem').map((item) => item.querySelector('a')!.getAttribute('href'));

beforeEach(() => {
  useLayout();
  tasks = new FakeTasks();
});

describe('the page of history', () => {
  it('shows what has ended, and older ones when asked', async () => {
    tasks.put(aTask({ id: 'b', state: 'completed' }));
    tasks.older = [aTask({ id: 'a', state: 'dead-lettered' })];
    await open({ type: 'echo' });
    const further = await screen.findByRole('button', { name: 'Look further back' });
    expect(links()).toEqual(['/tasks/b']);
    fireEvent.click(further);
    await screen.findByText('Dead-lettered');
    expect(links()).toEqual(['/tasks/b', '/tasks/a']);
    expect(screen.queryByRole('button', { name: 'Look further back' })).toBeNull();
    expect(tasks.asked).toEqual([
      { type: 'echo', limit: 100 },
      { type: 'echo', limit: 100, cursor: 'b' },
    ]);
  });

  it('says what it is for while it is empty, and what to do where nothing fits', async () => {
    const { rerender } = await open();
    expect(await screen.findByRole('heading', { name: 'Nothing has ended yet' })).toBeTruthy();
    await rerender({ inputs: { q: 'nowhere' } });
    expect(await screen.findByRole('heading', { name: 'Nothing in the history fits' })).toBeTruthy();
  });

  it('says when it cannot be fetched, and tries again', async () => {
    tasks.put(aTask({ id: 'b', state: 'completed' }));
    tasks.refusal = new ApiError('dependency-unavailable', 503, 'Table Storage is out of reach.');
    await open();
    expect(await screen.findByText('Table Storage is out of reach.')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /again/i }));
    expect(await screen.findByText('Completed')).toBeTruthy();
  });
});
