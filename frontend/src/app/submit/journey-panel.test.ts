import { render, screen, waitFor } from '@testing-library/angular';
import { TestBed } from '@angular/core/testing';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { JourneyPanel } from './journey-panel.ts';
import { Submissions } from './submissions.ts';

let tasks: FakeTasks;
const now = () => new Date().toISOString();
function event(
  kind: TaskEvent['kind'],
  state: TaskEvent['state'],
  attempt: number,
  more: Partial<TaskEvent> = {},
): TaskEvent {
  return { cursor: `${Date.now()}-${Math.random()}`, taskId: 't1', kind, state, attempt, at: now(), ...more };
}

beforeEach(() => {
  localStorage.clear();
  tasks = new FakeTasks();
});

describe('the way of my task', () => {
  it('teaches what it will show before anything was submitted', async () => {
    await render(JourneyPanel, { providers: provideFakeTasks(tasks) });
    expect(screen.getByText(/each hop lights up/)).toBeTruthy();
  });

  it('takes in events that came before the answer told the ID', async () => {
    await render(JourneyPanel, { providers: provideFakeTasks(tasks) });
    tasks.events$.next([event('queued', 'queued', 0), event('started', 'running', 1)]);
    tasks.put(aTask({ state: 'running', attempt: 1, createdAt: now(), queuedAt: now(), startedAt: now() }));
    TestBed.inject(Submissions).add('t1', Date.now(), Date.now());
    expect(await screen.findByText('Attempt 1')).toBeTruthy();
  });

  it('shows a failed attempt with its reason and the time of the next, and says it to a screen reader', async () => {
    await render(JourneyPanel, { providers: provideFakeTasks(tasks) });
    TestBed.inject(Submissions).add('t1', Date.now(), Date.now());
    const error = { code: 'broken', message: 'The <b>disk</b> is full.' };
    const nextAttemptAt = new Date(Date.now() + 60_000).toISOString();
    tasks.events$.next([event('started', 'running', 1), event('retrying', 'retrying', 1, { error, nextAttemptAt })]);
    tasks.put(aTask({ state: 'retrying', attempt: 1, error, nextAttemptAt, startedAt: now() }));
    expect(await screen.findByText('The <b>disk</b> is full.')).toBeTruthy();
    expect(screen.getByText(/next attempt/).textContent).toMatch(/in \d+ s|in 1 min/);
    await waitFor(() =>
      expect(document.querySelector('[aria-live]')?.textContent).toMatch(/Retrying, attempt 1 failed/),
    );
  });

  it('is there again after a reload', async () => {
    const { fixture } = await render(JourneyPanel, { providers: provideFakeTasks(tasks) });
    TestBed.inject(Submissions).add('t1', Date.now(), Date.now());
    tasks.events$.next([event('started', 'running', 1), event('completed', 'completed', 1)]);
    fixture.destroy();
    TestBed.resetTestingModule();
    tasks.put(aTask({ state: 'completed', attempt: 1, queuedAt: now(), startedAt: now(), finishedAt: now() }));
    await render(JourneyPanel, { providers: provideFakeTasks(tasks) });
    expect(await screen.findByText('From your click to your screen')).toBeTruthy();
  });
});
