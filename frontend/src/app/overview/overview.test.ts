import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import type { Health } from '../../../../contracts/health.ts';
import { ApiError } from '../../../../client/index.ts';
import { aGroup, aPlan, FakeOperations, someStats } from '../testing/fake-operations.ts';
import { FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { type ChartData, Charts } from './charts.ts';
import { laneWord } from './lane-words.ts';
import { workerHealth } from './health.ts';
import { incidentsOf } from './incidents.ts';
import { OverviewPage } from './overview-page.ts';
import { openTasks } from './series.ts';

/** Stands in for what draws on a canvas, which these tests have none of. */
class FakeCharts {
  readonly shown: ChartData[] = [];
  pointAt: (index: number | undefined) => void = () => undefined;
  choose: (index: number) => void = () => undefined;

  async draw(_host: HTMLElement, pointAt: FakeCharts['pointAt'], choose: FakeCharts['choose']) {
    Object.assign(this, { pointAt, choose });
    return { show: (data: ChartData) => void this.shown.push(data), remove: () => undefined };
  }
}

const health: Health = {
  state: 'down',
  version: '1',
  at: '2026-11-21T10:01:00.000Z',
  dependencies: [
    { name: 'redis', state: 'up', latencyMs: 2 },
    { name: 'signalr', state: 'down', latencyMs: 3000, detail: 'No answer from signalr.' },
  ],
};

let tasks: FakeTasks;
let api: FakeOperations;
let charts: FakeCharts;
const open = (inputs: { window?: string } = {}) =>
  render(OverviewPage, { providers: [...provideFakeTasks(tasks), { provide: Charts, useValue: charts }], inputs });

beforeEach(() => {
  tasks = new FakeTasks();
  api = new FakeOperations(tasks);
  charts = new FakeCharts();
});

it('shows rates, latency, backlog and failures of the window in the address', async () => {
  await open({ window: '6h' });
  await screen.findByText('Completed a minute');
  expect(api.askedFor('getStats')).toEqual(['6h']);
  expect(screen.getByRole('link', { name: '6 h', current: true })).toBeTruthy();
  expect(screen.getByText('p95 90 ms · p99 120 ms')).toBeTruthy();
  const lanes = screen.getByRole('region', { name: 'Backlog by lane' });
  expect(lanes.textContent).toMatch(/Normal.*3.*oldest waits 1.2 s/s);
  expect(within(lanes).getByTitle('tasks').textContent).toBe('Normal');
  const failures = within(screen.getByRole('region', { name: 'Failures by type' }));
  expect(failures.getByRole('link', { name: 'Echo a message' }).getAttribute('href')).toBe('/dead-letters?type=echo');
});

it('shows every chart’s values at the moment that is pointed at, and leads to its tasks', async () => {
  await open();
  await waitFor(() => expect(charts.shown.length).toBeGreaterThanOrEqual(4));
  const throughput = within(screen.getByRole('group', { name: 'Throughput' }));
  expect(throughput.getByText('submitted').parentElement!.textContent).toContain('2');
  charts.pointAt(0);
  await waitFor(() => expect(throughput.getByText('submitted').parentElement!.textContent).toContain('5'));
  const latency = within(screen.getByRole('group', { name: 'Latency, from due to completed' }));
  expect(latency.getByText('p99').parentElement!.textContent).toContain('120 ms');
  const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
  charts.choose(0);
  const span = { from: '2026-11-21T10:00:00.000Z', to: '2026-11-21T10:01:00.000Z' };
  expect(navigate).toHaveBeenCalledWith(['/tasks'], { queryParams: span });
});

it('has the same figures as a table, each moment a link', async () => {
  await open();
  const table = within(await screen.findByRole('table', { hidden: true }));
  const [, newest, oldest] = table.getAllByRole('row', { hidden: true });
  expect(oldest!.textContent).toMatch(/5\s*3\s*20 ms\s*90 ms\s*120 ms/);
  expect(newest!.textContent).toContain('–');
  const links = within(oldest!).getAllByRole('link', { hidden: true });
  expect(links[0]!.getAttribute('href')).toContain('/tasks?from=2026-11-21T10:00:00.000Z');
});

it('names what does not answer, also when the answer is 503', async () => {
  api.groups = [aGroup({ firstAt: '2026-11-21T10:00:30.000Z', lastAt: '2026-11-21T10:00:40.000Z' })];
  await open();
  http().expectOne('/api/health').flush(health, { status: 503, statusText: 'Service Unavailable' });
  const pieces = within(screen.getByRole('region', { name: 'Health' }));
  expect((await pieces.findByText('SignalR')).parentElement!.textContent).toContain('does not answer');
  expect(pieces.getByText('Redis').parentElement!.textContent).toContain('2 ms');
  const incidents = within(screen.getByRole('region', { name: 'Last incidents' }));
  expect((await incidents.findByText(/SignalR does not answer/)).textContent).toContain('No answer from signalr.');
  expect(incidents.getByRole('link', { name: 'It <b>broke</b>.' })).toBeTruthy();
});

it('tells an ordinary user that they see their own tasks', async () => {
  await open();
  http()
    .expectOne('/.auth/me')
    .flush([{ user_id: 'ada', user_claims: [] }]);
  expect(screen.getByText(/Of your own tasks/)).toBeTruthy();
});

it('says what is wrong when there are no figures, and tries again', async () => {
  api.refusal = new ApiError('offline', 0, 'No answer from the server.');
  await open();
  expect((await screen.findByRole('alert')).textContent).toContain('No answer from the server.');
  api.refusal = undefined;
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Completed a minute')).toBeTruthy();
});

describe('what is told of the figures', () => {
  it('counts open tasks back from those that are open now', () => {
    // 3 now; the last step brought 2 and ended 1, the one before ended as many as were left of it.
    expect(openTasks(someStats())).toEqual([2, 3]);
  });

  it('calls workers absent only when what waits has waited long', () => {
    const stats = someStats();
    expect(workerHealth(stats)).toMatchObject({ state: 'up', words: 'about to begin' });
    const lanes = [{ lane: 'tasks', queued: 3, oldestAgeMs: 120_000 }];
    expect(workerHealth({ ...stats, backlog: { ...stats.backlog, lanes } }).state).toBe('down');
    expect(workerHealth({ ...stats, states: { ...stats.states, running: 2 } }).words).toBe('2 running now');
  });

  it('takes in what began within the window, newest first', () => {
    const at = (minute: number) => `2026-11-21T10:0${minute}:00.000Z`;
    const groups = [
      aGroup({ firstAt: at(1), lastAt: at(5) }),
      aGroup({ group: 'old', firstAt: '2026-11-20T00:00:00.000Z' }),
    ];
    const replays = [aPlan({ state: 'stopped', reason: 'Too many failed.', finishedAt: at(3) }), aPlan({ id: 'p2' })];
    expect(incidentsOf(at(0), groups, replays, undefined)).toMatchObject([
      { text: 'A replay was stopped', detail: 'Too many failed.', link: ['/dead-letters/replays', 'p1'] },
      { text: 'It <b>broke</b>.', detail: '12 tasks failed for good', link: ['/dead-letters/groups', 'g1'] },
    ]);
  });
});

it('calls each lane as people do, and one that it does not know by its queue', () => {
  const queues = ['tasks', 'tasks-high', 'tasks-low', 'tasks-ordered', 'tasks-2', 'tasks-high-1', 'other'];
  expect(queues.map(laneWord)).toEqual(['Normal', 'High', 'Low', 'In order', 'Normal 2', 'High 1', 'other']);
});
