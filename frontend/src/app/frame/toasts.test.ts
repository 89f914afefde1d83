import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor } from '@testing-library/angular';
import type { Task } from '../../../../contracts/task.ts';
import { ApiError } from '../../../../client/index.ts';
import { Optimistic } from '../live/optimistic.ts';
import { TaskTypes } from '../live/task-types.ts';
import { BulkJobs } from '../tasks/bulk-jobs.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { ToastList } from './toast-list.ts';
import { Toasts } from './toasts.ts';
import { WatchedTasks } from './watched-tasks.ts';

let tasks: FakeTasks;
const cards = () => [...screen.getByRole('log').querySelectorAll('app-toast-card')];
/** Of each toast: how it looks, and what it says. */
const said = () => cards().map((card) => [card.className, card.querySelector('.text')!.textContent]);

beforeEach(async () => {
  localStorage.clear();
  tasks = new FakeTasks();
  await render(ToastList, { providers: provideFakeTasks(tasks) });
});

describe('toasts', () => {
  const end = async (task: Partial<Task>) => {
    await waitFor(() => expect(TestBed.inject(TaskTypes).title('echo')).toBe('Echo a message'));
    const watched = TestBed.inject(WatchedTasks);
    tasks.put(aTask({ id: 't9', state: 'running' }));
    watched.watch('t9');
    tasks.put(aTask({ id: 't9', finishedAt: new Date().toISOString(), ...task }));
  };

  it.each([
    [{ state: 'completed', about: 'Hello' }, ['success', 'Echo a message · \u2068Hello\u2069: Completed']],
    [{ state: 'dead-lettered' }, ['problem', 'Echo a message: Dead-lettered']],
    [{ state: 'cancelled' }, ['info', 'Echo a message: Cancelled']],
    [{ state: 'expired', about: 'x'.repeat(70) }, ['info', `Echo a message · \u2068${'x'.repeat(60)}…\u2069: Expired`]],
  ] as const)('tell how a watched task ended, and lead to it: %j', async (task, text) => {
    await end(task);
    await waitFor(() => expect(said()).toEqual([text]));
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fireEvent.click(screen.getByRole('button', { name: 'Show' }));
    expect(navigate).toHaveBeenCalledWith(['/tasks', 't9']);
    await waitFor(() => expect(said()).toEqual([]));
  });

  it('tell why a change was taken back, and what is done where that is not plain to see', async () => {
    const change = (ask: () => Promise<void>) =>
      TestBed.inject(Optimistic).change({ show: () => () => undefined, ask, refused: 'It was not paused', done: 'It is paused.' }); // prettier-ignore
    await change(() => Promise.reject(new ApiError('offline', 0, 'No answer from the server.')));
    await change(() => Promise.resolve());
    await waitFor(() =>
      expect(said()).toEqual([
        ['problem', 'It was not paused: No answer from the server.'],
        ['success', 'It is paused.'],
      ]),
    );
  });

  it.each([
    [1, '1 task cancelled.'],
    [1_234, '1,234 tasks cancelled.'],
  ])('tell of %d tasks that were cancelled together', async (cancelled, text) => {
    tasks.bulkAnswers = [{ cancelled, refused: 0, refusals: [] }];
    await TestBed.inject(BulkJobs).cancel({ filter: {}, count: cancelled }, 0);
    await waitFor(() => expect(said()).toEqual([['success', text]]));
  });

  it('are four at most, the newest, and go one by one', async () => {
    for (let n = 1; n <= 6; n += 1) TestBed.inject(Toasts).show(`News ${n}`);
    await waitFor(() => expect(said().map(([, text]) => text)).toEqual(['News 3', 'News 4', 'News 5', 'News 6']));
    fireEvent.click(screen.getAllByRole('button', { name: 'Dismiss' })[1]!);
    await waitFor(() => expect(said().map(([, text]) => text)).toEqual(['News 3', 'News 5', 'News 6']));
  });

  it('go by themselves, but not from under a pointer', async () => {
    jest.useFakeTimers();
    try {
      TestBed.inject(Toasts).show('Read me');
      TestBed.tick();
      fireEvent.pointerEnter(cards()[0]!);
      TestBed.tick();
      jest.advanceTimersByTime(60_000);
      TestBed.tick();
      expect(said()).toEqual([['info', 'Read me']]);
      fireEvent.pointerLeave(cards()[0]!);
      TestBed.tick();
      jest.advanceTimersByTime(6_000);
      TestBed.tick();
      expect(said()).toEqual([]);
    } finally {
      jest.useRealTimers();
    }
  });
});
