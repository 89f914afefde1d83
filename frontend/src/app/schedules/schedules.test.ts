import { ApplicationRef } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { Toasts } from '../frame/toasts.ts';
import { aSchedule, FakeOperations, secondsAgo } from '../testing/fake-operations.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { localTimeZone } from '../ui/locale.ts';
import { EditSchedulePage } from './edit-schedule-page.ts';
import { ScheduleEditor } from './schedule-editor.ts';
import { SchedulePage } from './schedule-page.ts';
import { SchedulesPage } from './schedules-page.ts';

let tasks: FakeTasks;
let api: FakeOperations;

beforeEach(() => {
  tasks = new FakeTasks();
  api = new FakeOperations(tasks);
});
afterEach(() => jest.useRealTimers());

const toasts = () => TestBed.inject(Toasts).shown();
const item = (name: string) => screen.getByText(name).closest('li')!;

describe('the list of schedules', () => {
  const open = () => render(SchedulesPage, { providers: provideFakeTasks(tasks) });

  it('shows each in words, when it runs next, and how the last run went', async () => {
    api.schedules = [
      aSchedule({ lastTaskId: 't1', lastRunAt: secondsAgo(120), lastState: 'completed' }),
      aSchedule({ id: 's2', name: 'Broken', lastError: { code: 'x', message: 'Its type is gone.' } }),
      aSchedule({ id: 's3', name: '<i>New</i>', paused: true, upcoming: [] }),
    ];
    await open();
    await screen.findByText('Nightly');
    await waitFor(() =>
      expect(item('Nightly').textContent).toMatch(
        /Echo a message.*At 02:30.*UTC.*next.*in \d h.*Completed.*2 min ago/s,
      ),
    );
    expect(item('Broken').textContent).toContain('could not be submitted');
    expect(item('<i>New</i>').textContent).toMatch(/Paused.*has not run yet/s);
    expect(within(item('Nightly')).getByRole('link').getAttribute('href')).toBe('/schedules/s1');
  });

  it('pauses at once, and takes that back with the reason when it is refused', async () => {
    api.schedules = [aSchedule()];
    await open();
    fireEvent.click(await screen.findByRole('button', { name: 'Pause: Nightly' }));
    await screen.findByText('Paused');
    await waitFor(() => expect(api.askedFor('pause')).toEqual(['s1']));
    api.refusal = new ApiError('dependency-unavailable', 503, 'Redis does not answer.');
    fireEvent.click(await screen.findByRole('button', { name: 'Resume: Nightly' }));
    await waitFor(() =>
      expect(toasts().map(({ text }) => text)).toEqual([
        '“\u2068Nightly\u2069” was not resumed: Redis does not answer.',
      ]),
    );
    expect(screen.getByText('Paused')).toBeTruthy();
  });

  it('runs one now, and leads to its task', async () => {
    api.schedules = [aSchedule()];
    await open();
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fireEvent.click(await screen.findByRole('button', { name: 'Run now: Nightly' }));
    await waitFor(() => expect(toasts()).toHaveLength(1));
    toasts()[0]!.action!.run();
    expect(navigate).toHaveBeenCalledWith(['/tasks', 'task-of-run']);
  });

  it('takes a deletion back, and deletes when nobody does', async () => {
    api.schedules = [aSchedule()];
    await open();
    await screen.findByText('Nightly');
    jest.useFakeTimers();
    fireEvent.click(screen.getByRole('button', { name: 'Delete: Nightly' }));
    TestBed.tick();
    expect(screen.queryByText('Nightly')).toBeNull();
    toasts()[0]!.action!.run();
    TestBed.tick();
    expect(screen.getByText('Nightly')).toBeTruthy();
    jest.advanceTimersByTime(60_000);
    expect(api.askedFor('delete')).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Delete: Nightly' }));
    jest.advanceTimersByTime(60_000);
    expect(api.askedFor('delete')).toEqual(['s1']);
  });

  it('teaches what a schedule is when there is none', async () => {
    await open();
    expect((await screen.findByRole('link', { name: 'Make the first one' })).getAttribute('href')).toBe(
      '/schedules/new',
    );
  });

  it('says what is wrong when they cannot be fetched', async () => {
    api.refusal = new ApiError('offline', 0, 'No answer from the server.');
    await open();
    expect((await screen.findByRole('alert')).textContent).toContain('No answer from the server.');
  });
});

describe('the page of a schedule', () => {
  const open = () => render(SchedulePage, { providers: provideFakeTasks(tasks), inputs: { id: 's1' } });

  it('shows its next times, what it submits, and its runs', async () => {
    api.schedules = [aSchedule({ missedRuns: 'last', tags: ['nightly'], maxAttempts: 3 })];
    api.letters = [aTask({ id: 'run', state: 'completed' })];
    await open();
    await screen.findByRole('heading', { name: 'Nightly' });
    expect(screen.getByText('One run stands for all that were missed.')).toBeTruthy();
    expect(screen.getByRole('region', { name: 'What' }).textContent).toMatch(/Attempts.*3.*Tags.*nightly/s);
    const run = within(await screen.findByRole('region', { name: 'Runs, newest first' })).getByRole('link');
    expect(run.getAttribute('href')).toBe('/tasks/run');
    expect(api.askedFor('listTasks')).toMatchObject([{ schedule: 's1' }]);
  });

  it('explains that there is no such schedule', async () => {
    api.refusal = new ApiError('not-found', 404, 'There is no schedule s1 among yours.');
    await open();
    expect(await screen.findByRole('heading', { name: 'There is no such schedule' })).toBeTruthy();
  });
});

describe('the form of a schedule', () => {
  const open = (schedule?: ReturnType<typeof aSchedule>) =>
    render(ScheduleEditor, { providers: provideFakeTasks(tasks), inputs: { schedule } });
  const type = (name: string | RegExp, value: string) =>
    fireEvent.input(screen.getByRole('textbox', { name }), { target: { value } });
  const zone = () => screen.getByRole('combobox', { name: 'Time zone' });

  it('shows the next times, in the zone and here, while it is typed', async () => {
    api.upcoming = ['2026-03-29T01:00:00.000Z'];
    await open();
    const timeZone = localTimeZone === 'Asia/Tokyo' ? 'Asia/Dubai' : 'Asia/Tokyo';
    fireEvent.input(zone(), { target: { value: timeZone } });
    type('Cron expression', '0 10 29 3 *');
    const next = within(screen.getByRole('region', { name: 'The next five runs' }));
    expect(await next.findByText(/here$/)).toBeTruthy();
    await waitFor(() => expect(api.askedFor('preview').at(-1)).toEqual({ cron: '0 10 29 3 *', timeZone }));
  });

  it('keeps the times that are shown in their zone while another one is typed that there is not', async () => {
    api.upcoming = ['2026-03-29T01:00:30.000Z', '2026-03-29T01:01:00.000Z'];
    await open();
    fireEvent.input(zone(), { target: { value: 'Asia/Tokyo' } });
    const next = within(screen.getByRole('region', { name: 'The next five runs' }));
    expect(await next.findByText(/10:00:30$/)).toBeTruthy();
    expect(next.getByText(/10:01:00$/)).toBeTruthy();
    api.refusal = new ApiError('invalid-request', 400, 'Correct it.', [
      { pointer: '/timeZone', detail: 'There is no such zone.' },
    ]);
    fireEvent.input(zone(), { target: { value: 'Asia/Toky' } });
    expect(await screen.findByText('There is no such zone.')).toBeTruthy();
  });

  it('says at the field what is wrong with the expression', async () => {
    await open();
    api.refusal = new ApiError('invalid-request', 400, 'Correct it.', [
      { pointer: '/cron', detail: 'This is one field: give five.' },
    ]);
    type('Cron expression', 'daily');
    expect(await screen.findByText('This is one field: give five.')).toBeTruthy();
    expect(screen.getByRole('textbox', { name: 'Cron expression' }).getAttribute('aria-invalid')).toBe('true');
  });

  it('makes a schedule of what was typed, and goes to it', async () => {
    await open();
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fireEvent.click(screen.getByRole('button', { name: 'Make the schedule' }));
    await screen.findByText('This is needed.');
    type('Name', ' \u200b');
    expect(await screen.findByText(/^Write something that can be seen/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Make the schedule' }));
    expect(api.askedFor('create')).toEqual([]);
    type('Name', 'Every morning');
    fireEvent.change(screen.getByRole('combobox', { name: 'Often wanted' }), { target: { value: '0 9 * * 1-5' } });
    type('Tags', 'one, two');
    type(/Expires after/, '60');
    await screen.findByRole('textbox', { name: /CSV/ });
    fireEvent.click(screen.getByRole('button', { name: 'Make the schedule' }));
    await waitFor(() => expect(api.askedFor('create')).toMatchObject([
      { name: 'Every morning', cron: '0 9 * * 1-5', type: 'summarize-csv', payload: { csv: 'a,b\n1,2\n' }, tags: ['one', 'two'], expiresIn: 60, missedRuns: 'skip' },
    ])); // prettier-ignore
    await waitFor(() => expect(navigate).toHaveBeenCalledWith(['/schedules', 'new']));
  });

  it('keeps what it does not show, and puts the server’s faults at their fields', async () => {
    api.schedules = [aSchedule({ concurrencyKey: 'partner', tags: ['old'], maxAttempts: 4 })];
    await open(api.schedules[0]);
    jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    await screen.findByRole('textbox', { name: 'Message' });
    type('Tags', '');
    fireEvent.click(screen.getByRole('button', { name: 'Save the changes' }));
    await waitFor(() => expect(api.askedFor('update')).toHaveLength(1));
    expect(api.askedFor('update')[0]).toEqual({
      name: 'Nightly', cron: '30 2 * * *', timeZone: 'UTC', missedRuns: 'skip', priority: 'normal', type: 'echo',
      payload: { message: 'tick' }, concurrencyKey: 'partner', maxAttempts: 4,
    }); // prettier-ignore
    api.refusal = new ApiError('invalid-request', 400, 'Correct it.', [
      { pointer: '/tags/0', detail: 'At most 50 characters.' },
    ]);
    fireEvent.click(await screen.findByRole('button', { name: 'Save the changes' }));
    expect(await screen.findByText('At most 50 characters.')).toBeTruthy();
  });

  it('keeps what was typed when the connection was lost and is back', async () => {
    api.schedules = [aSchedule()];
    await render(EditSchedulePage, { providers: provideFakeTasks(tasks), inputs: { id: 's1' } });
    await screen.findByRole('textbox', { name: 'Message' });
    type('Name', 'Every morning');
    type('Message', 'tock');
    const loseConnection = async (times: number) => {
      tasks.connection.set({ kind: 'connecting' });
      await TestBed.inject(ApplicationRef).whenStable();
      tasks.connection.set({ kind: 'live' });
      await waitFor(() => expect(api.askedFor('get')).toHaveLength(times), { timeout: 4_000 });
      await TestBed.inject(ApplicationRef).whenStable();
      expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' }).value).toBe('Every morning');
      expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Message' }).value).toBe('tock');
    };
    await loseConnection(2);
    api.refusal = new ApiError('dependency-unavailable', 503, 'Redis does not answer.');
    await loseConnection(3);
  });
});
