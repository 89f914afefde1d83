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

  it('can be narrowed down by how tasks ended', async () => {
    await open({ state: 'expired', type: 'echo' });
    const chips = [...screen.getByRole('navigation', { name: 'States' }).querySelectorAll('a')];
    const words = chips.map((chip) => [chip.textContent.trim(), chip.getAttribute('aria-current')]);
    expect(words).toEqual([['All', null], ['Completed', null], ['Dead-lettered', null], ['Cancelled', null], ['Expired', 'true']]); // prettier-ignore
  });

  it('looks on where a page has nothing that fits, and asks before it looks through years', async () => {
    tasks.barrenPages = 6;
    await open({ q: 'rare' });
    const further = await screen.findByRole('button', { name: 'Look further back' });
    expect(screen.getByText(/Nothing fits among the newest/).getAttribute('role')).toBe('status');
    expect(tasks.asked).toHaveLength(4);
    fireEvent.click(further);
    expect(await screen.findByRole('heading', { name: 'Nothing in the history fits' })).toBeTruthy();
    expect(tasks.asked).toHaveLength(7);
  });

  it('says that no history is kept, and offers no second try', async () => {
    tasks.refusal = new ApiError('not-found', 404, 'No history is kept here.');
    await open();
    expect(await screen.findByText('No history is kept here.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /again/i })).toBeNull();
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
