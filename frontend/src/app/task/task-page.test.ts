import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { ApiError } from '../../../../client/index.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { TaskPage } from './task-page.ts';

let tasks: FakeTasks;
const open = (id = 't1') => render(TaskPage, { providers: provideFakeTasks(tasks), inputs: { id } });
const at = (ms: number) => new Date(Date.UTC(2026, 10, 21, 9, 30) + ms).toISOString();
const error = { code: 'echo-failed', message: 'Asked to <i>fail</i>.' };
function event(
  ms: number,
  kind: TaskEvent['kind'],
  state: TaskEvent['state'],
  attempt: number,
  more: Partial<TaskEvent> = {},
) {
  return { cursor: `${ms}-0`, taskId: 't1', kind, state, attempt, at: at(ms), ...more };
}
const ended = { createdAt: at(0), queuedAt: at(2), startedAt: at(10), finishedAt: at(1000) };
const timeline: readonly TaskEvent[] = [
  event(2, 'queued', 'queued', 0),
  event(10, 'started', 'running', 1),
  event(110, 'retrying', 'retrying', 1, { error, nextAttemptAt: at(500) }),
  event(500, 'started', 'running', 2),
  event(1000, 'completed', 'completed', 2),
];

beforeEach(() => {
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

  it('shows why the last attempt failed and counts down to the next', async () => {
    const nextAttemptAt = new Date(Date.now() + 30_000).toISOString();
    tasks.put(aTask({ state: 'retrying', attempt: 3, error, nextAttemptAt }));
    await open();
    expect(await screen.findByText('The last attempt failed')).toBeTruthy();
    expect(screen.getAllByText(/in (30|29) s/).length).toBeGreaterThan(0);
  });

  it('cancels, and says why where it cannot', async () => {
    tasks.put(aTask({ state: 'running', attempt: 1 }));
    const { fixture } = await open();
    const cancel = await screen.findByRole('button', { name: 'Cancel the task' });
    tasks.refusal = new ApiError('conflict', 409, 'The task has completed meanwhile.');
    fireEvent.click(cancel);
    expect(await screen.findByText('The task has completed meanwhile.')).toBeTruthy();
    expect(tasks.cancelled).toEqual(['t1']);
    tasks.put(aTask({ ...ended, state: 'completed' }));
    await fixture.whenStable();
    expect(cancel.getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(cancel);
    expect(tasks.cancelled).toEqual(['t1']);
    expect(screen.getByText('It has completed.')).toBeTruthy();
  });

  it('replays a dead letter, and says why where it cannot', async () => {
    tasks.put(aTask({ ...ended, state: 'dead-lettered', attempt: 7, error }));
    const { fixture } = await open();
    const replay = await screen.findByRole('button', { name: 'Replay' });
    tasks.refusal = new ApiError('conflict', 409, 'Somebody else was faster.');
    fireEvent.click(replay);
    expect((await screen.findByText('It was not replayed')).closest('[role=alert]')!.textContent).toContain(
      'Somebody else was faster.',
    );
    fireEvent.click(replay);
    await waitFor(() => expect(screen.queryByText('It was not replayed')).toBeNull());
    tasks.put(aTask({ state: 'queued', attempt: 7, maxAttempts: 14 }));
    await fixture.whenStable();
    expect(replay.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByText('Only a dead letter can be replayed.')).toBeTruthy();
    fireEvent.click(replay);
    expect(tasks.replayed).toEqual(['t1', 't1']);
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

  it('fetches the payload when it is opened', async () => {
    tasks.payload = { message: '<script>alert(1)</script>' };
    tasks.put(aTask({ ...ended, state: 'completed' }));
    const { container } = await open();
    await screen.findByText('Payload', { selector: 'h2' });
    const details = container.querySelector('details')!;
    details.open = true;
    fireEvent(details, new Event('toggle'));
    expect(await screen.findByText('"<script>alert(1)</script>"')).toBeTruthy();
  });

  it('says so when there is no such task', async () => {
    await open('nothing');
    expect(await screen.findByText('There is no such task')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'All tasks' })).toBeTruthy();
  });
});
