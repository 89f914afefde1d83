import { filter, firstValueFrom, from } from 'rxjs';
import type { TaskState } from '../contracts/task-states.ts';
import { type LittleApi, littleTask, startLittleApi } from '../tests/support/little-api.ts';
import { connect } from './connect.ts';
import type { TaskClient } from './task-client.ts';

let api: LittleApi;
let client: TaskClient;

beforeEach(async () => {
  api = await startLittleApi();
  client = connect({ url: api.url });
});
afterEach(async () => {
  client.stop();
  await api.close();
});

const started = { kind: 'started', state: 'running' } as const;
const completed = { kind: 'completed', state: 'completed', result: 'done' } as const;

describe('watching one task', () => {
  it('connects by itself and ends with the task, in a plain loop', async () => {
    api.tasks.set('t1', littleTask('t1'));
    const way: TaskState[] = [];
    for await (const { state } of client.watch('t1')) {
      way.push(state);
      if (state === 'queued') await untilConnected();
      if (state === 'queued') await api.push(api.store('t1', started));
      if (state === 'running') await api.push(api.store('t1', completed));
    }
    expect(way).toEqual(['queued', 'running', 'completed']);
  });

  it('is an observable for whoever knows observables', async () => {
    api.tasks.set('t1', littleTask('t1', { state: 'completed', result: 7 }));
    const seen: unknown[] = [];
    // By Symbol.observable, as another library would take it.
    await new Promise<void>((complete, error) => {
      from(client.watch('t1')).subscribe({ next: ({ result }) => seen.push(result), complete, error });
    });
    expect(seen).toEqual([7]);
  });

  it('fails with the reason when there is no such task', async () => {
    await expect(client.watch('nothing')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('watching all tasks that fit', () => {
  it('gives the newest first, whatever changes what fits', async () => {
    for (let n = 1; n <= 9; n += 1)
      api.tasks.set(`t${n}`, littleTask(`t${n}`, n < 3 ? { state: 'dead-lettered' } : {}));
    const seen: string[][] = [];
    for await (const tasks of client.watchAll({ state: ['dead-lettered', 'running'] })) {
      seen.push(tasks.map(({ id }) => id));
      // The snapshot of this little API has five tasks: the older ones were asked for.
      if (seen.length === 1) {
        await untilConnected();
        await api.push(api.store('t5', started));
      }
      if (seen.length === 2) await api.push(api.store('t2', { kind: 'replayed', state: 'queued', attempt: 1 }));
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([
      ['t2', 't1'],
      ['t5', 't2', 't1'],
      ['t5', 't1'],
    ]);
  });

  it('begins to give when the server is there', async () => {
    api.isDown = true;
    api.tasks.set('t1', littleTask('t1'));
    const first = client.watchAll()[Symbol.asyncIterator]().next();
    while (api.asked('/api/events') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    api.isDown = false;
    expect((await first).value).toMatchObject([{ id: 't1' }]);
  });
});

async function untilConnected(): Promise<void> {
  await firstValueFrom(client.connection$.pipe(filter(({ kind }) => kind === 'live')));
}
