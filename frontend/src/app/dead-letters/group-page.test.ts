import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { aGroup, FakeOperations, secondsAgo } from '../testing/fake-operations.ts';
import { aTask, FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { GroupPage } from './group-page.ts';

let tasks: FakeTasks;
let api: FakeOperations;
const open = (more: Record<string, string> = {}) =>
  render(GroupPage, { providers: provideFakeTasks(tasks), inputs: { group: 'g1', ...more } });
const letter = (id: string, more = {}) =>
  aTask({
    id,
    state: 'dead-lettered',
    attempt: 1,
    error: { code: 'boom', message: `broke ${id}` },
    finishedAt: secondsAgo(60),
    ...more,
  });

function signInAs(...roles: string[]): void {
  const claims = roles.map((val) => ({ typ: 'roles', val }));
  http()
    .expectOne('/.auth/me')
    .flush([{ user_id: 'ada', user_claims: claims }]);
}

beforeEach(() => {
  tasks = new FakeTasks();
  api = new FakeOperations(tasks);
  api.groups = [aGroup(), aGroup({ group: 'g2', message: 'Began as well', count: 4 }), aGroup({ group: 'g3', message: 'Long before', firstAt: secondsAgo(90_000) })]; // prettier-ignore
  api.letters = [letter('a', { tags: ['nightly'] }), letter('b', { tags: ['nightly'] }), letter('c')];
  Object.assign(tasks.client.api, {
    getTimeline: async (id: string) => ({
      taskId: id,
      events: [],
      edits: [],
      errors: [{ attempt: 1, at: secondsAgo(60), code: 'boom', message: 'It broke', stack: 'Error: It broke\n    at run (x.ts:1)' }],
    }),
  }); // prettier-ignore
});

it('tells what is known: since when, with what else it began, how often it was tried, common tags', async () => {
  await open();
  const known = within(await screen.findByRole('region', { name: 'What is known' }));
  await known.findByRole('link', { name: 'Began as well' });
  expect(known.queryByRole('link', { name: 'Long before' })).toBeNull();
  expect(known.getByText(/Failed at the first one/)).toBeTruthy();
  expect(known.getByText('nightly')).toBeTruthy();
  const then = known.getByRole('link', { name: 'What ran then' }).getAttribute('href')!;
  expect(new URL(then, 'http://x').searchParams.get('type')).toBe('echo');
});

it('does not say on each row what stands in the heading already', async () => {
  api.letters = [letter('a', { error: { code: 'boom', message: aGroup().message }, about: 'Invoice 9' }), letter('b')];
  await open();
  const affected = within(await screen.findByRole('region', { name: 'Affected tasks, newest first' }));
  expect(affected.getByText('Invoice 9')).toBeTruthy();
  expect(affected.getByText('broke b')).toBeTruthy();
  expect(affected.queryByText(aGroup().message)).toBeNull();
});

it('looks into a task: each attempt’s error with its stack, and the payload', async () => {
  await open({ task: 'a' });
  expect(await screen.findByText(/at run \(x\.ts:1\)/)).toBeTruthy();
  expect(await screen.findByText('"Hello"')).toBeTruthy();
  signInAs('user');
  expect(await screen.findByText(/is shown to people with the role “operator”/)).toBeTruthy();
});

it('shows operators the owners', async () => {
  await open();
  await screen.findByText('broke a');
  expect(screen.queryByText('Owners')).toBeNull();
  signInAs('operator');
  expect(await screen.findByText('Owners')).toBeTruthy();
});

it('acts on the chosen ones only, when some are chosen', async () => {
  const { rerender } = await open();
  fireEvent.click(await screen.findByRole('checkbox', { name: 'Choose b' }));
  expect(await screen.findByRole('link', { name: 'Replay 1 chosen …' })).toBeTruthy();
  await rerender({ inputs: { act: 'replay' }, partialUpdate: true });
  await screen.findByText(/^1 task ·/);
  jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
  fireEvent.click(screen.getByRole('button', { name: 'Start the replay' }));
  await waitFor(() => expect(api.askedFor('replayDeadLetters')).toMatchObject([{ ids: ['b'] }]));
});

it('still says what it was about when nothing is left', async () => {
  await open();
  await screen.findByText('broke a');
  api.groups = [];
  api.letters = [];
  tasks.events$.next([
    { cursor: '1-0', taskId: 'a', kind: 'replayed', state: 'queued', attempt: 0, at: new Date().toISOString() },
  ]);
  expect(await screen.findByText('Nothing is left of this group', undefined, { timeout: 10_000 })).toBeTruthy();
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('It <b>broke</b>.');
});
