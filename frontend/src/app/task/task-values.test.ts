import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { useLayout } from '../testing/fake-layout.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { at, ended, error } from '../testing/sample-task.ts';
import { TaskPage } from './task-page.ts';

let tasks: FakeTasks;
const open = () => render(TaskPage, { providers: provideFakeTasks(tasks), inputs: { id: 't1' } });

beforeEach(() => {
  useLayout();
  tasks = new FakeTasks();
});

describe('the page of a task', () => {
  it('draws records as a table, and as JSON when asked', async () => {
    const columns = [
      { name: 'city', type: 'text' },
      { name: 'n', type: 'integer', mean: 2.5 },
    ];
    tasks.put(aTask({ ...ended, state: 'completed', result: { rows: 4000, columns } }));
    await open();
    const table = await screen.findByRole('table');
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map(({ textContent }) => textContent),
    ).toEqual(['name', 'type', 'mean']);
    expect(within(table).getAllByRole('row')).toHaveLength(3);
    expect(screen.getByText('4,000')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'JSON' }));
    await waitFor(() => expect(screen.queryByRole('table')).toBeNull());
    expect(screen.getByText('columns')).toBeTruthy();
  });

  it('fetches the payload when it is looked at, a large one when it is asked for', async () => {
    tasks.payload = { message: '<script>alert(1)</script>' };
    tasks.large.set('/api/tasks/t2/payload', { message: 'large' });
    tasks.put(aTask({ ...ended, state: 'completed' }), aTask({ ...ended, id: 't2', payloadBytes: 9_000_000 }));
    const { rerender } = await open();
    fireEvent.click(await screen.findByRole('tab', { name: /Payload/ }));
    expect(await screen.findByText('"<script>alert(1)</script>"')).toBeTruthy();
    await rerender({ inputs: { id: 't2' } });
    fireEvent.click(await screen.findByRole('tab', { name: /Payload/ }));
    expect(screen.queryByText('"<script>alert(1)</script>"')).toBeNull();
    expect(screen.getByRole('link', { name: 'Save it' }).getAttribute('href')).toBe('/api/tasks/t2/payload');
    fireEvent.click(screen.getByRole('button', { name: 'Show it' }));
    expect(await screen.findByText('"large"')).toBeTruthy();
  });

  it('asks before it shows a large result, and says why when it cannot', async () => {
    tasks.put(aTask({ ...ended, state: 'completed', resultBytes: 8_300_000 }));
    tasks.large.set('/api/tasks/t1/result', { rows: Array.from({ length: 250 }, (_, i) => ({ city: `City ${i}` })) });
    await open();
    expect(await screen.findByText(/It has 8.3 MB/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Save it' }).getAttribute('href')).toBe('/api/tasks/t1/result');
    tasks.refusal = new ApiError('dependency-unavailable', 503, 'Redis is away.');
    fireEvent.click(screen.getByRole('button', { name: 'Show it' }));
    await screen.findByText('Redis is away.');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('City 99')).toBeTruthy();
    expect(screen.queryByText('City 100')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: '150 more' }));
    expect(await screen.findByText('City 199')).toBeTruthy();
  });

  it('shows what each attempt failed with, and the steps that are done', async () => {
    tasks.errors = [
      { attempt: 1, at: at(100), code: 'a', message: 'first', stack: 'Error: first\n at handler.ts:3' },
      { attempt: 2, at: at(200), code: 'b', message: 'second' },
    ];
    tasks.steps = [
      { name: 'charge', bytes: 13, value: { paid: true } },
      { name: 'huge', bytes: 9_000 },
    ];
    tasks.put(aTask({ ...ended, state: 'dead-lettered', attempt: 2, error }));
    await open();
    const panel = within(await screen.findByRole('tabpanel', { name: /Errors 2/ }));
    expect(panel.getAllByText(/^Attempt/).map(({ textContent }) => textContent)).toEqual(['Attempt 2', 'Attempt 1']);
    expect(panel.getByText(/handler.ts:3/)).toBeTruthy();
    const tab = screen.getByRole('tab', { name: /Errors/ });
    tab.focus();
    fireEvent.keyDown(tab, { key: 'ArrowRight' });
    const steps = within(await screen.findByRole('tabpanel', { name: /Steps 2/ }));
    expect(steps.getByText('paid')).toBeTruthy();
    expect(steps.getByText('too large to show here')).toBeTruthy();
  });

  it('shows pictures in a result, and runs nothing that is none', async () => {
    const result = { chart: 'data:image/png;base64,iVBORw0KGgo=', page: { contentType: 'text/html', base64: 'PGI+' } };
    tasks.put(aTask({ ...ended, state: 'completed', result }));
    await open();
    expect((await screen.findByRole('img', { name: 'chart' })).getAttribute('src')).toBe(result.chart);
    const links = screen.getAllByRole('link', { name: 'Save' }).map((link) => link.getAttribute('href'));
    expect(links[1]).toBe('data:application/octet-stream;base64,PGI+');
  });
});
