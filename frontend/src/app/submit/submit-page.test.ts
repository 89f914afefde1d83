import { Clipboard } from '@angular/cdk/clipboard';
import { TestBed } from '@angular/core/testing';
import { fireEvent, screen, waitFor } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { aTask, csvType, echoType, FakeTasks, http } from '../testing/fake-tasks.ts';
import { enter, message, openSubmitPage, send, untilMessage } from '../testing/submitting.ts';

let tasks: FakeTasks;
const open = (type: string) => openSubmitPage(tasks, type);

beforeEach(() => {
  localStorage.clear();
  tasks = new FakeTasks();
});

describe('what was typed', () => {
  it('is there again after a reload', async () => {
    const { fixture } = await open('echo');
    enter(await message(), 'half a thou');
    enter(screen.getByLabelText('Tags'), 'later');
    fixture.destroy();
    await open('echo');
    await untilMessage('half a thou');
    expect(screen.getByLabelText<HTMLInputElement>('Tags').value).toBe('later');
  });

  it('is kept per type', async () => {
    const { fixture } = await open('echo');
    enter(await message(), 'mine');
    fixture.destroy();
    await open('summarize-csv');
    expect((await screen.findByLabelText<HTMLTextAreaElement>('CSV')).value).toBe('');
  });
});

describe('submitting twice by accident', () => {
  it('sends once while the first is under way or just done', async () => {
    await open('echo');
    enter(await message(), 'Hi');
    send();
    send();
    await screen.findByText('Submitted');
    fireEvent.keyDown(await message(), { key: 'Enter', ctrlKey: true });
    expect(tasks.submitted).toHaveLength(1);
  });

  it('sends the same key again after a failure and after a reload, and another for another form', async () => {
    const { fixture } = await open('echo');
    enter(await message(), 'Hi');
    tasks.refusal = new ApiError('offline', 0, 'No answer from the server.');
    send();
    await screen.findByRole('alert');
    fixture.destroy();
    await open('echo');
    await untilMessage('Hi');
    send();
    await waitFor(() => expect(tasks.submitted).toHaveLength(2));
    enter(await message(), 'Other');
    send();
    await waitFor(() => expect(tasks.submitted).toHaveLength(3));
    const [first, second, third] = tasks.submitted.map(({ key }) => key);
    expect(first).toBeTruthy();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

it('shows operators, who see the tasks of all, their own last ones', async () => {
  tasks.put(aTask({ id: 'a', owner: 'ada', about: 'Mine' }), aTask({ id: 'b', owner: 'bob', about: 'Of Bob' }));
  await open('echo');
  await screen.findByText('Of Bob');
  const claims = [{ typ: 'roles', val: 'operator' }];
  http()
    .expectOne('/.auth/me')
    .flush([{ user_id: 'ada', user_claims: claims }]);
  await waitFor(() => expect(screen.queryByText('Of Bob')).toBeNull());
  expect(screen.getByText('Mine')).toBeTruthy();
  expect(tasks.asked).toMatchObject([{ owner: 'ada' }]);
});

describe('the page', () => {
  it('says what to do when the types cannot be fetched, and tries again', async () => {
    const fail = new ApiError('offline', 0, 'No answer from the server. Check the connection and try again.');
    const { listTaskTypes } = tasks.client.api;
    tasks.client.api.listTaskTypes = () => Promise.reject(fail);
    await open('echo');
    expect((await screen.findByRole('alert')).textContent).toContain('Check the connection');
    tasks.client.api.listTaskTypes = listTaskTypes;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await message()).toBeTruthy();
  });

  it('copies the form as a curl command that a shell takes', async () => {
    await open('echo');
    enter(await message(), "it's");
    const copied: string[] = [];
    TestBed.inject(Clipboard).copy = (text) => copied.push(text) > 0;
    fireEvent.click(screen.getByText('Copy as curl'));
    expect(copied[0]).toContain(`--data-raw '{"type":"echo","payload":{"message":"it'\\''s"}}'`);
  });

  it('searches when there are many types', async () => {
    tasks.types = [
      ...Array.from({ length: 12 }, (_, i) => ({ ...echoType, name: `t${i}`, title: `Type ${i}` })),
      csvType,
    ];
    await open('t3');
    fireEvent.click(await screen.findByRole('combobox', { name: /Task type/ }));
    enter(await screen.findByPlaceholderText('Search'), 'csv');
    await waitFor(() => {
      const shown = screen
        .getAllByRole('option', { hidden: true })
        .filter((option) => !option.classList.contains('hidden'));
      expect(shown.map((option) => option.textContent.trim())).toEqual(['Summarise a CSV']);
    });
  });
});
