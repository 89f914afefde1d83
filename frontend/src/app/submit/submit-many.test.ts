import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { echoType, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { SubmitMany } from './submit-many.ts';

let tasks: FakeTasks;
beforeEach(() => (tasks = new FakeTasks()));

async function openWith(text: string) {
  await render(SubmitMany, { providers: provideFakeTasks(tasks), inputs: { type: echoType } });
  fireEvent.change(screen.getByRole('textbox', { name: 'Rows as text' }), { target: { value: text } });
}

it('shows what the rows become, submits those that are sound, and tells which were refused', async () => {
  tasks.refusedRows = [2];
  await openWith('message,delayMs\n<b>one</b>,1\ntwo,2\nthree,soon\n');
  const table = within(await screen.findByRole('table'));
  expect(table.getByText('{"payload":{"message":"<b>one</b>","delayMs":1}}')).toBeTruthy();
  expect(within(screen.getByRole('list', { name: 'Rows that are left out' })).getByText(/soon/)).toBeTruthy();
  fireEvent.input(screen.getByRole('textbox', { name: /Tag them all/ }), { target: { value: 'spring' } });
  fireEvent.click(screen.getByRole('button', { name: 'Submit 2 tasks' }));
  expect(await screen.findByText('1 of 2 tasks accepted')).toBeTruthy();
  expect(within(screen.getByRole('list', { name: 'Refused rows' })).getByText(/Row 2/)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Watch them' }).getAttribute('href')).toBe('/tasks?tag=spring');
  expect(tasks.batches.flat().map(({ tags }) => tags)).toEqual([['spring'], ['spring']]);
});

it('speaks of a single task as of one', async () => {
  await openWith('[{"message":1}]');
  fireEvent.click(await screen.findByRole('button', { name: 'Submit 1 task' }));
  expect(await screen.findByText('1 of 1 task accepted')).toBeTruthy();
});

it('goes on where it stood still, with the same key for each row', async () => {
  await openWith('[{"message":1},{"message":2}]');
  tasks.refusal = new ApiError('offline', 0, 'No answer from the server.');
  fireEvent.click(await screen.findByRole('button', { name: 'Submit 2 tasks' }));
  expect(await screen.findByText('No answer from the server.')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Go on' }));
  expect(await screen.findByText('2 of 2 tasks accepted')).toBeTruthy();
  const keys = tasks.batches.map((batch) => batch.map(({ idempotencyKey }) => idempotencyKey));
  expect(keys[1]).toEqual(keys[0]);
  expect(new Set(keys[0]).size).toBe(2);
});

it('sends a thousand rows in parts', async () => {
  await openWith(`message\n${'x\n'.repeat(1_000)}`);
  fireEvent.click(await screen.findByRole('button', { name: 'Submit 1000 tasks' }));
  await waitFor(() => expect(screen.getByText('1000 of 1000 tasks accepted')).toBeTruthy());
  expect(tasks.batches.map(({ length }) => length)).toEqual([200, 200, 200, 200, 200]);
});

it('names the tag for which a row was refused', async () => {
  tasks.refusedRows = [1];
  tasks.faults = [{ pointer: '/tags/1', detail: 'At most 50 characters.' }];
  await openWith('[{"payload":{"message":1},"tags":["a","b c"]}]');
  fireEvent.click(await screen.findByRole('button', { name: 'Submit 1 task' }));
  const refused = within(await screen.findByRole('list', { name: 'Refused rows' }));
  expect(refused.getByText(/tags: \u2068b c\u2069: At most 50 characters\./)).toBeTruthy();
});

it('says what is wrong with a file that cannot be used', async () => {
  await openWith('colour\nred\n');
  expect((await screen.findByRole('alert')).textContent).toContain('Its fields are: message, delayMs, permanent.');
});
