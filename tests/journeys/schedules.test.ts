import { Schedule, type SchedulePage } from '../../contracts/schedule.ts';
import type { Problem } from '../../contracts/problem.ts';
import { Task } from '../../contracts/task.ts';
import { fetchRequest, ScheduleApi, TaskApi } from '../../client/index.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(180_000);

let api: Api;
const stack = useStack();
beforeAll(() => void (api = new Api(stack().baseUrl)));

const everyFiveSeconds = { name: 'Often', cron: '*/5 * * * * *', type: 'echo', payload: { message: 'tick' } };

async function create(more: object = {}, by = api): Promise<Schedule> {
  const { status, body } = await by.post<Schedule>('/api/schedules', { ...everyFiveSeconds, ...more });
  if (status !== 201) throw new Error(`Creating was answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}

const find = async (id: string) => (await api.call<Schedule>(`/api/schedules/${id}`)).body;
const ask = (id: string, what: string) => api.post<Schedule>(`/api/schedules/${id}/${what}`, {});
const remove = (id: string, by = api) => by.call<Problem>(`/api/schedules/${id}`, { method: 'DELETE' });

/** Tasks of a schedule, by the time they are for. */
async function runsOf({ id }: Schedule, state?: Task['state']): Promise<Task[]> {
  const tasks = await api.list(`?schedule=${id}&limit=500${state === undefined ? '' : `&state=${state}`}`);
  return tasks.sort((a, b) => Date.parse(a.occurrenceAt!) - Date.parse(b.occurrenceAt!));
}

async function until<T>(look: () => Promise<T>, wanted: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (wanted(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const completed = (schedule: Schedule, count: number) =>
  until(() => runsOf(schedule, 'completed'), (runs) => runs.length >= count); // prettier-ignore

function tellsTime(text: string): number {
  expect(new Date(text).toISOString()).toBe(text);
  return Date.parse(text);
}

describe('a schedule', () => {
  it('runs at its times, and shows its next and its last run', async () => {
    const answer = await api.post<Schedule>('/api/schedules', { ...everyFiveSeconds, tags: ['tick'] });
    expect(answer.status).toBe(201);
    const schedule = Schedule.parse(answer.body);
    expect(answer.headers.get('location')).toBe(`/api/schedules/${schedule.id}`);
    expect(schedule).toMatchObject({
      name: 'Often',
      timeZone: 'UTC',
      missedRuns: 'skip',
      paused: false,
      owner: 'local-user',
    });
    expect(schedule.upcoming).toHaveLength(5);
    expect(schedule.upcoming.map(tellsTime).every((time) => time % 5_000 === 0)).toBe(true);

    const runs = await completed(schedule, 2);
    for (const run of runs) {
      expect(Task.parse(run)).toMatchObject({ scheduleId: schedule.id, tags: ['tick'], result: { message: 'tick' } });
      const late = Date.parse(run.startedAt!) - Date.parse(run.occurrenceAt!);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(2_000);
    }
    const now = await find(schedule.id);
    expect(runs.map(({ id }) => id)).toContain(now.lastTaskId);
    expect(tellsTime(now.nextRunAt!)).toBeGreaterThan(tellsTime(now.lastRunAt!));
    expect(await remove(schedule.id)).toMatchObject({ status: 204 });
    expect(await runsOf(schedule, 'scheduled')).toEqual([]);
    expect(await api.call(`/api/schedules/${schedule.id}`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('is silent while paused, and goes on when it is resumed', async () => {
    const schedule = await create();
    expect(await runsOf(schedule, 'scheduled')).not.toEqual([]);
    const paused = await ask(schedule.id, 'pause');
    expect(paused).toMatchObject({ status: 200, body: { paused: true, upcoming: [] } });
    expect(await runsOf(schedule, 'scheduled')).toEqual([]);
    const before = (await runsOf(schedule)).length;
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    expect(await runsOf(schedule)).toHaveLength(before);
    expect(await ask(schedule.id, 'resume')).toMatchObject({ status: 200, body: { paused: false } });
    await completed(schedule, 1);
    await remove(schedule.id);
  });

  it('tells its times before it is saved, or what is wrong with them', async () => {
    const preview = (body: object) => api.post<{ upcoming: string[] }>('/api/schedules/preview', body);
    const { status, body } = await preview({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
    expect(status).toBe(200);
    expect(body.upcoming).toHaveLength(5);
    expect(body.upcoming.every((time) => /T0[01]:30:00\.000Z$/.test(time))).toBe(true);
    const wrong = await preview({ cron: '30 25 * * *' });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ pointer: '/cron' }] } });
    expect(await preview({ cron: '* * * * *', timeZone: 'Mars' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/timeZone' }] },
    });
  });

  it('runs when asked to, also while paused', async () => {
    const schedule = await create({ cron: '0 0 29 2 *' });
    await ask(schedule.id, 'pause');
    const headers = { 'idempotency-key': 'now' };
    const answer = await api.post<Task>(`/api/schedules/${schedule.id}/run`, {}, headers);
    expect(answer.status).toBe(202);
    const again = await api.post<Task>(`/api/schedules/${schedule.id}/run`, {}, headers);
    expect(again.body.id).toBe(answer.body.id);
    expect(await api.ended(answer.body.id)).toMatchObject({ state: 'completed', scheduleId: schedule.id });
    expect(await find(schedule.id)).toMatchObject({ lastTaskId: answer.body.id, lastState: 'completed' });
    await remove(schedule.id);
  });

  it('is replaced as a whole, and its runs ahead with it', async () => {
    const schedule = await create();
    const changed = { ...everyFiveSeconds, name: 'Other', payload: { message: 'tock' }, timeZone: 'Asia/Kolkata' };
    const answer = await api.call<Schedule>(`/api/schedules/${schedule.id}`, {
      method: 'PUT',
      body: JSON.stringify(changed),
    });
    const replacedAt = Date.now();
    expect(answer).toMatchObject({ status: 200, body: { ...changed, id: schedule.id, createdAt: schedule.createdAt } });
    const isNew = ({ result }: Task) => (result as { message: string }).message === 'tock';
    const runs = await until(() => runsOf(schedule, 'completed'), (found) => found.some(isNew)); // prettier-ignore
    // One whose time came between the two requests ran as it was.
    const old = runs.filter((run) => !isNew(run));
    expect(old.every(({ startedAt }) => Date.parse(startedAt!) <= replacedAt)).toBe(true);
    const occurrences = (await runsOf(schedule))
      .filter(({ state }) => state !== 'cancelled')
      .map((run) => run.occurrenceAt);
    expect(new Set(occurrences).size).toBe(occurrences.length);
    await remove(schedule.id);
  });

  it('made up for by "all", runs each time exactly once although the app is killed over two of them', async () => {
    const schedule = await create({ missedRuns: 'all', payload: { message: 'tick', delayMs: 300 } });
    const before = (await completed(schedule, 1)).length;
    await killHostAgainAndAgain(12_000);
    const runs = await completed(schedule, before + 4);
    const first = Date.parse(runs[0]!.occurrenceAt!);
    const everyFive = runs.map((_, n) => new Date(first + n * 5_000).toISOString());
    expect(runs.map(({ occurrenceAt }) => occurrenceAt)).toEqual(everyFive);
    await remove(schedule.id);
  });
});

/** It gets no further than its start in that time. */
async function killHostAgainAndAgain(forMs: number): Promise<void> {
  for (const end = Date.now() + forMs; Date.now() < end;) {
    await stack().kill('host');
    await stack().untilRestarted('host');
  }
}

describe('schedules', () => {
  it('say what is wrong with them', async () => {
    const answer = await api.post<Problem>('/api/schedules', { ...everyFiveSeconds, cron: '* * * * * *' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.errors).toEqual([
      { pointer: '/cron', detail: 'Runs would be 1 s apart; at least 5 s have to lie between two.' },
    ]);
    const unknown = await api.post<Problem>('/api/schedules', { ...everyFiveSeconds, type: 'none' });
    expect(unknown.body.errors).toMatchObject([{ pointer: '/type' }]);
  });

  it('are seen and changed by their owner and by operators only', async () => {
    const [ada, bob, root] = [await api.as('ada'), await api.as('bob'), await api.as('root', 'operator')];
    const schedule = await create({ cron: '0 0 1 1 *' }, ada);
    expect(schedule.owner).toBe('ada');
    const ids = async (by: Api) => (await by.call<SchedulePage>('/api/schedules')).body.schedules.map(({ id }) => id);
    expect([await ids(ada), await ids(bob), await ids(root)]).toEqual([[schedule.id], [], [schedule.id]]);
    const notFound = { status: 404, body: { code: 'not-found' } };
    expect(await bob.call(`/api/schedules/${schedule.id}`)).toMatchObject(notFound);
    for (const what of ['pause', 'resume', 'run'])
      expect(await bob.post(`/api/schedules/${schedule.id}/${what}`, {})).toMatchObject(notFound);
    expect(await remove(schedule.id, bob)).toMatchObject(notFound);
    expect(await remove(schedule.id, root)).toMatchObject({ status: 204 });
  });

  it('are created once for one idempotency key', async () => {
    const once = { 'idempotency-key': 'one-schedule' };
    const yearly = { ...everyFiveSeconds, cron: '0 0 1 1 *' };
    const first = await api.post<Schedule>('/api/schedules', yearly, once);
    const second = await api.post<Schedule>('/api/schedules', yearly, once);
    expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
    const other = await api.post<Problem>('/api/schedules', everyFiveSeconds, once);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    await remove(first.body.id);
  });
});

it('the client has a method for each', async () => {
  const send = fetchRequest(stack().baseUrl);
  const client = new ScheduleApi(send);
  const definition = { ...everyFiveSeconds, cron: '0 0 1 1 *', name: 'By the client' };
  const { id } = await client.create(definition, 'by-the-client');
  expect((await client.list({ limit: 1 })).schedules).toMatchObject([{ id, name: 'By the client' }]);
  expect(await client.update(id, { ...definition, name: 'Renamed' })).toMatchObject({ id, name: 'Renamed' });
  expect(await client.pause(id)).toMatchObject({ paused: true });
  expect(await client.run(id)).toMatchObject({ scheduleId: id });
  expect(await client.resume(id)).toMatchObject({ paused: false });
  expect(await client.get(id)).toMatchObject({ id, upcoming: { length: 5 } });
  await client.delete(id);
  await expect(client.get(id)).rejects.toMatchObject({ code: 'not-found' });
  const scheduledFor = new Date(Date.now() + 600_000).toISOString();
  const task = await api.submit('echo', { message: 1 }, { scheduledFor });
  expect(await new TaskApi(send).reschedule(task.id, null)).toMatchObject({ id: task.id, state: 'scheduled' });
  await api.ended(task.id);
});
