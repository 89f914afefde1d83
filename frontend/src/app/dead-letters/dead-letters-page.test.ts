import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { aGroup, aPlan, FakeOperations } from '../testing/fake-operations.ts';
import { aTask, FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { DeadLettersPage } from './dead-letters-page.ts';

let tasks: FakeTasks;
let api: FakeOperations;
const open = (inputs: Record<string, string> = {}) =>
  render(DeadLettersPage, { providers: provideFakeTasks(tasks), inputs });
const groups = () => within(screen.getByRole('list', { name: 'Groups of errors' })).getAllByRole('listitem');

beforeEach(() => {
  tasks = new FakeTasks();
  api = new FakeOperations(tasks);
});

it('lists groups with their number, error, type and trend, as text', async () => {
  api.groups = [aGroup({ count: 1234 }), aGroup({ group: 'g2', code: 'other', count: 3, trend: [3, 0, 0] })];
  await open();
  await screen.findByText('1,237 in 2 groups');
  const [first, second] = groups();
  expect(first!.textContent).toMatch(/1,234.*It <b>broke<\/b>\..*boom.*Echo a message.*1 h ago.*1 min ago/s);
  expect(document.querySelector('b')).toBeNull();
  expect(within(first!).getByRole('img', { name: 'Still coming in, at most 8 in 20 min' })).toBeTruthy();
  expect(within(second!).getByRole('img', { name: 'None for 40 min, at most 3 in 20 min' })).toBeTruthy();
  expect(within(first!).getByRole('link').getAttribute('href')).toBe('/dead-letters/groups/g1');
});

it('asks for what the address says, and puts the filter there', async () => {
  api.groups = [aGroup()];
  await open({ type: 'echo', q: ' disk ', since: '1h' });
  const asked = () => (api.askedFor('listDeadLetters') as { type?: string; from: string }[]).find(({ type }) => type);
  await waitFor(() => expect(asked()).toMatchObject({ type: 'echo', q: 'disk' }));
  expect(Date.now() - Date.parse(asked()!.from)).toBeGreaterThanOrEqual(3_600_000);

  const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
  fireEvent.change(screen.getByRole('combobox', { name: 'Error' }), { target: { value: 'boom' } });
  expect(navigate).toHaveBeenCalledWith([], expect.objectContaining({ queryParams: { code: 'boom' } }));
  const words = screen.getByRole('searchbox', { name: 'Find dead letters' });
  for (const text of ['d', 'di', 'dis']) fireEvent.input(words, { target: { value: text } });
  await waitFor(() =>
    expect(navigate).toHaveBeenLastCalledWith([], expect.objectContaining({ queryParams: { q: 'dis' } })),
  );
  expect(navigate).toHaveBeenCalledTimes(2);
});

it('moves when a task dies, but keeps its order while somebody points at a row', async () => {
  api.groups = [aGroup({ count: 5 }), aGroup({ group: 'g2', message: 'Second', count: 4 })];
  await open();
  await screen.findByText('9 in 2 groups');
  fireEvent.pointerEnter(screen.getByRole('list', { name: 'Groups of errors' }));
  api.groups = [aGroup({ group: 'g2', message: 'Second', count: 9 }), aGroup({ count: 5 })];
  tasks.events$.next([
    { cursor: '1-0', taskId: 't1', kind: 'dead-lettered', state: 'dead-lettered', attempt: 1, at: new Date().toISOString() },
  ]); // prettier-ignore
  await screen.findByText('14 in 2 groups', undefined, { timeout: 10_000 });
  expect(groups()[0]!.textContent).toContain('It <b>broke</b>.');
  fireEvent.pointerLeave(screen.getByRole('list', { name: 'Groups of errors' }));
  await waitFor(() => expect(groups()[0]!.textContent).toContain('Second'));
});

it('goes from group to group by the arrow keys', async () => {
  api.groups = [aGroup(), aGroup({ group: 'g2', message: 'Second', count: 4 })];
  await open();
  await screen.findByText('16 in 2 groups');
  const [first, second] = groups().map((group) => within(group).getByRole('link'));
  first!.focus();
  fireEvent.keyDown(first!, { key: 'ArrowDown' });
  expect(document.activeElement).toBe(second);
  fireEvent.keyDown(second!, { key: 'ArrowUp' });
  expect(document.activeElement).toBe(first);
});

it('teaches what dead letters are when there are none, and says when none fits', async () => {
  const { rerender } = await open();
  expect(await screen.findByText('Nothing has failed for good')).toBeTruthy();
  await rerender({ inputs: { q: 'nothing like it' } });
  expect(await screen.findByText('No dead letter fits')).toBeTruthy();
});

it('says what is wrong, and tries again when asked to', async () => {
  api.refusal = new ApiError('offline', 0, 'No answer from the server.');
  await open();
  expect((await screen.findAllByRole('alert'))[0]!.textContent).toContain('No answer from the server.');
  api.refusal = undefined;
  api.groups = [aGroup()];
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('12 in one group')).toBeTruthy();
});

it('lists the latest replays', async () => {
  api.replays = [aPlan()];
  await open();
  const replays = within(await screen.findByRole('list', { name: 'Replays' }));
  const link = replays.getByRole('link');
  expect(link.getAttribute('href')).toBe('/dead-letters/replays/p1');
  expect(link.textContent).toMatch(
    /Running.*100 tasks · canary of 10 · then 50 a second · stops if more than 20 % fail again/,
  );
  expect(replays.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('37');
});

it('discards only with a reason and a tick, and tells that it cannot be undone', async () => {
  api.groups = [aGroup()];
  api.letters = [aTask({ state: 'dead-lettered' })];
  await open({ act: 'discard' });
  const region = within(await screen.findByRole('region', { name: 'Discard 12 dead letters' }));
  expect(region.getByText(/There is no undo/)).toBeTruthy();
  const button = region.getByRole('button', { name: 'Discard' });
  expect(button.getAttribute('aria-disabled')).toBe('true');
  fireEvent.input(region.getByRole('textbox', { name: 'Reason' }), { target: { value: 'tests' } });
  fireEvent.click(region.getByRole('checkbox'));
  await waitFor(() => expect(button.getAttribute('aria-disabled')).not.toBe('true'));
  fireEvent.click(button);
  expect(await region.findByText('12 discarded, 0 left as they were.')).toBeTruthy();
  expect(api.askedFor('discardDeadLetters')).toEqual([{ filter: {}, reason: 'tests' }]);
});

it.each([
  ['user', 1],
  ['operator', 0],
])('tells a %s whose dead letters these are, where they are not those of all', async (role, notes) => {
  api.groups = [aGroup()];
  await open();
  expect(screen.queryByText(/These are your own/)).toBeNull();
  const user_claims = [{ typ: 'roles', val: role }]; // prettier-ignore
  http()
    .expectOne('/.auth/me')
    .flush([{ user_id: 'ada', user_claims }]);
  await screen.findByText('12 in one group');
  await waitFor(() => expect(screen.queryAllByText(/These are your own/)).toHaveLength(notes));
});
