import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor } from '@testing-library/angular';
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
});
