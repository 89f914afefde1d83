import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { aPlan, FakeOperations } from '../testing/fake-operations.ts';
import { FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { ReplayPage } from './replay-page.ts';
import { ReplayPlanner } from './replay-planner.ts';

let tasks: FakeTasks;
let api: FakeOperations;

beforeEach(() => {
  tasks = new FakeTasks();
  api = new FakeOperations(tasks);
});

describe('the plan of a replay', () => {
  const plan = (count = 812) =>
    render(ReplayPlanner, {
      providers: provideFakeTasks(tasks),
      inputs: { selection: { filter: { code: 'boom' } }, count, exampleId: 't1' },
    });
  const field = (name: RegExp) => screen.getByRole('spinbutton', { name });
  const button = (name: string) => screen.getByRole('button', { name });

  it('reads as a sentence that follows the fields', async () => {
    await plan();
    await screen.findByText('812 tasks · canary of 10 · then 50 a second · stops if more than 20 % fail again');
    fireEvent.input(field(/Canary/), { target: { value: '' } });
    fireEvent.input(field(/Tasks a second/), { target: { value: '' } });
    fireEvent.input(field(/Stop above/), { target: { value: '' } });
    await screen.findByText('812 tasks · all at once · nothing stops it by itself');
    fireEvent.input(field(/Canary/), { target: { value: '0' } });
    await screen.findByText('The canary has 1 to 10,000 tasks.');
    expect(screen.queryByText(/^812 tasks/)).toBeNull();
    fireEvent.click(button('Start the replay'));
    expect(api.askedFor('replayDeadLetters')).toEqual([]);
  });

  it('needs no canary for a few', async () => {
    await plan(3);
    expect(await screen.findByText('3 tasks · 50 a second · stops if more than 20 % fail again')).toBeTruthy();
  });

  it('makes a patch of what is edited in one payload, and shows it', async () => {
    tasks.payload = { message: 'Hello', failures: 9 };
    await plan();
    fireEvent.click(button('Edit the payloads first'));
    const text = await screen.findByRole('textbox', { name: /Payload of one/ });
    await screen.findByText('Nothing is edited yet: change the payload, or fold the edit away.');
    fireEvent.input(text, { target: { value: '{"message": "Hello", "fail' } });
    await screen.findByText('The edited payload is not JSON yet.');
    fireEvent.input(text, { target: { value: '{"message": "Hello", "failures": 0}' } });
    const changes = within(await screen.findByRole('list', { name: 'Changes' }));
    expect(changes.getByRole('listitem').textContent).toMatch(/\/failures.*9.*0/s);
    expect(screen.getByText(/812 tasks · payloads edited · canary/)).toBeTruthy();
    jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fireEvent.click(button('Start the replay'));
    const patch = [{ op: 'replace', path: '/failures', value: 0 }];
    const options = { canary: 10, ratePerSecond: 50, stopAtFailureRate: 0.2 };
    await waitFor(() =>
      expect(api.askedFor('replayDeadLetters')).toEqual([{ filter: { code: 'boom' }, ...options, patch }]),
    );
  });

  it('tries out what would happen, with each refusal, until something is changed', async () => {
    const refusals = [{ id: 't9', reason: 'payload-missing' as const, detail: 'It was kept for 7 days.' }];
    api.preview = { matched: 12, replayable: 11, skipped: 1, skippedReasons: { 'payload-missing': 1 }, refusals };
    await plan();
    fireEvent.click(button('Dry run'));
    const report = await screen.findByRole('status');
    expect(report.textContent).toMatch(
      /11 of 12 would be\s+replayed, 1 refused.*Its payload is no longer kept.*It was kept for 7 days/s,
    );
    fireEvent.input(field(/Canary/), { target: { value: '5' } });
    await waitFor(() => expect(screen.queryByRole('status')).toBeNull());
  });

  it('goes to the page of the replay, or says why nothing was started', async () => {
    await plan();
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    api.refusal = new ApiError('backlog-full', 503, 'Too much waits. Try again later.');
    fireEvent.click(button('Start the replay'));
    expect((await screen.findByRole('alert')).textContent).toContain('Too much waits. Try again later.');
    api.refusal = undefined;
    fireEvent.click(button('Start the replay'));
    await waitFor(() => expect(navigate).toHaveBeenCalledWith(['/dead-letters/replays', 'p1']));
  });
});

describe('the page of a replay', () => {
  const open = () => render(ReplayPage, { providers: provideFakeTasks(tasks), inputs: { id: 'p1' } });

  it('shows how far it is, what it waits for, and each refusal', async () => {
    api.replays = [aPlan({ waitingFor: 'canary' })];
    await open();
    await screen.findByRole('heading', { name: 'Replay of 100 dead letters' });
    const bar = screen.getByRole('progressbar', { name: 'Progress of the replay' });
    expect(bar.getAttribute('aria-valuetext')).toBe(
      '30 completed, 5 failed again, 5 under way, 2 refused, 58 not yet replayed',
    );
    expect(screen.getByText('The canary is out: 5 of 10 have yet to end.')).toBeTruthy();
    const refused = within(screen.getByRole('region', { name: 'Refused, and left as they were' }));
    expect(refused.getByText(/The edit does not apply to its payload/)).toBeTruthy();
    expect(refused.getByRole('link', { name: 't7', hidden: true }).getAttribute('href')).toBe('/tasks/t7');
  });

  it.each([
    ['canary', 'The canary is out: 1 of 10 has yet to end.'],
    ['outcomes', 'All are on their way; 1 has yet to end.'],
  ] as const)('speaks of a single task as of one: %s', async (waitingFor, words) => {
    api.replays = [aPlan({ waitingFor, outstanding: 1, ids: 1 })];
    await open();
    expect(await screen.findByText(words)).toBeTruthy();
    expect(screen.getByText('1 that was chosen')).toBeTruthy();
    expect(screen.getByText('1 more is not told here.')).toBeTruthy();
  });

  it('pauses, and offers to resume or stop what is paused', async () => {
    api.replays = [aPlan()];
    await open();
    fireEvent.click(await screen.findByRole('button', { name: 'Pause' }));
    await screen.findByText('Nothing more is replayed until it is resumed.');
    expect(screen.getByRole('button', { name: 'Resume' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    await screen.findByText('A stopped replay stays stopped.');
    expect(api.askedFor('controlReplay')).toEqual(['pause', 'stop']);
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
  });

  it('moves with what is pushed', async () => {
    api.replays = [aPlan()];
    await open();
    await screen.findByRole('progressbar');
    const progress = aPlan({ state: 'completed', completed: 93, outstanding: 0, remaining: 0 });
    tasks.replays$.next({ ...progress, id: 'another' });
    tasks.replays$.next(progress);
    expect(await screen.findByText('Done')).toBeTruthy();
    expect(screen.getByText('93')).toBeTruthy();
  });

  it('says why it was stopped, and where what is left lies', async () => {
    api.replays = [aPlan({ state: 'stopped', reason: '6 of the canary of 10 failed again.', outstanding: 0 })];
    await open();
    expect((await screen.findByRole('alert')).textContent).toContain('6 of the canary of 10 failed again.');
    expect(screen.getByRole('link', { name: 'The dead letters that are left' })).toBeTruthy();
  });

  it('explains that there is no such replay', async () => {
    api.refusal = new ApiError('not-found', 404, 'There is no replay p1 among yours.');
    await open();
    expect(await screen.findByRole('heading', { name: 'There is no such replay' })).toBeTruthy();
  });
});
