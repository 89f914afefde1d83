import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { ApiError } from '../../../../client/index.ts';
import { useLayout } from '../testing/fake-layout.ts';
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
    expect(await screen.findByText(/The task has completed meanwhile./)).toBeTruthy();
    expect(tasks.cancelled).toEqual(['t1']);
    tasks.put(aTask({ ...ended, state: 'completed' }));
    await fixture.whenStable();
    expect(cancel.getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(cancel);
    expect(tasks.cancelled).toEqual(['t1']);
    expect(screen.getByText('It has completed.')).toBeTruthy();
  });

  it('folds away on a phone what cannot be done, with the reasons', async () => {
    useLayout(360);
    tasks.put(aTask({ state: 'running', attempt: 1 }));
    const { fixture } = await open();
    await screen.findByRole('button', { name: 'Cancel the task' });
    tasks.put(aTask({ ...ended, state: 'completed' }));
    await fixture.whenStable();
    expect(screen.queryByRole('button', { name: /Cancel the task|Replay|Edit and replay/ })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'What cannot be done now' }));
    const items = (await screen.findAllByRole('menuitem')).map(({ textContent }) => textContent.trim());
    expect(items).toEqual([
      expect.stringMatching(/Cancel the task.*It has completed\./s),
      expect.stringMatching(/Edit and replay.*Only a dead letter/s),
      expect.stringMatching(/Replay.*Only a dead letter/s),
    ]);
    fireEvent.click(screen.getByRole('menuitem', { name: /Cancel the task/ }));
    expect(tasks.cancelled).toEqual([]);
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

  it('submits what a cancelled task was given once more, as a task of its own, and goes there', async () => {
    tasks.payload = { message: 'Ship it' };
    tasks.put(aTask({ ...ended, state: 'cancelled', tags: ['urgent'], orderingKey: 'k', scheduledFor: at(500) }));
    await open();
    const went = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fireEvent.click(await screen.findByRole('button', { name: 'Submit again' }));
    await waitFor(() => expect(went).toHaveBeenCalledWith(['/tasks', 'new-1']));
    const given = { type: 'echo', payload: { message: 'Ship it' }, tags: ['urgent'], orderingKey: 'k' };
    const usual = { priority: 'normal', delivery: 'at-least-once', maxAttempts: 7 };
    expect(tasks.submitted[0]?.body).toEqual({ ...given, ...usual });
  });

  it('offers a task that is under way, or a dead letter, no submitting again', async () => {
    tasks.put(aTask({ state: 'running', attempt: 1 }));
    const { fixture } = await open();
    await screen.findByRole('button', { name: 'Cancel the task' });
    expect(screen.queryByRole('button', { name: 'Submit again' })).toBeNull();
    tasks.put(aTask({ ...ended, state: 'dead-lettered', attempt: 7, error }));
    await fixture.whenStable();
    expect(screen.queryByRole('button', { name: 'Submit again' })).toBeNull();
  });

  it('counts how long a scheduled task took from when it was due', async () => {
    tasks.put(aTask({ ...ended, state: 'completed', attempt: 1, scheduledFor: at(900), scheduleId: 's1' }));
    await open();
    expect((await screen.findByText('Took')).nextElementSibling!.textContent).toBe('100 ms');
    expect(screen.getByRole('link', { name: 'a schedule' }).getAttribute('href')).toBe('/schedules/s1');
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

  it('fetches no payload to be edited that is too long for it', async () => {
    tasks.put(aTask({ ...ended, state: 'dead-lettered', payloadBytes: 9_000_000 }));
    const getPayload = jest.spyOn(tasks.client.api, 'getPayload');
    await open();
    fireEvent.click(await screen.findByRole('button', { name: 'Edit and replay' }));
    expect(await screen.findByText('This payload is too long to edit here')).toBeTruthy();
    expect(getPayload).not.toHaveBeenCalled();
  });

  it('edits the payload of a dead letter, shows what that changes, and replays it so', async () => {
    tasks.payload = { message: 'Hallo', failures: 9 };
    tasks.put(aTask({ ...ended, state: 'dead-lettered', attempt: 7, error }));
    await open();
    fireEvent.click(await screen.findByRole('button', { name: 'Edit and replay' }));
    const box = await screen.findByRole('textbox', { name: 'Its payload' });
    fireEvent.input(box, { target: { value: '{"message":"Hallo","failures":0}' } });
    expect(await screen.findByText('/failures')).toBeTruthy();
    tasks.refusal = new ApiError('invalid-request', 400, 'The patch does not fit.', [{ pointer: '/patch', detail: 'Too small.' }]); // prettier-ignore
    fireEvent.click(screen.getByRole('button', { name: 'Replay with these changes' }));
    expect(await screen.findByText(/The patch does not fit. \/patch: Too small./)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Replay with these changes' }));
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Its payload' })).toBeNull());
    expect(tasks.edited.at(-1)).toEqual({ id: 't1', patch: [{ op: 'replace', path: '/failures', value: 0 }] });
  });

  it('gives a scheduled task another time, or lets it run now', async () => {
    tasks.put(aTask({ state: 'scheduled', scheduledFor: '2030-01-01T10:00:00.000Z' }));
    await open();
    fireEvent.click(await screen.findByRole('button', { name: 'Another time' }));
    fireEvent.input(await screen.findByLabelText('Not before'), { target: { value: '2030-02-03T04:05' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save the time' }));
    await waitFor(() => expect(tasks.rescheduled).toEqual([{ id: 't1', scheduledFor: new Date('2030-02-03T04:05').toISOString() }])); // prettier-ignore
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

  it('tells somebody who acts on what has changed meanwhile how it stands now', async () => {
    tasks.put(aTask({ state: 'running', attempt: 1 }));
    await open();
    const cancel = await screen.findByRole('button', { name: 'Cancel the task' });
    tasks.refusal = new ApiError('conflict', 409, 'The task is completed already.');
    fireEvent.click(cancel);
    expect(await screen.findByText(/The task is completed already. What you see now is how it stands: /)).toBeTruthy();
  });

  it('says no longer that a task was not cancelled when it is', async () => {
    tasks.put(aTask({ state: 'running', attempt: 1 }));
    await open();
    tasks.refusal = new ApiError('offline', 0, 'No answer from the server.');
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel the task' }));
    expect(await screen.findByText('It was not cancelled')).toBeTruthy();
    tasks.put(aTask({ ...ended, state: 'cancelled' }));
    await waitFor(() => expect(screen.queryByText('It was not cancelled')).toBeNull());
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
