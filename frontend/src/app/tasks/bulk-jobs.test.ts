import { TestBed } from '@angular/core/testing';
import { ApiError } from '../../../../client/index.ts';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { BulkJobs } from './bulk-jobs.ts';
import { csvLine } from './export-tasks.ts';

let tasks: FakeTasks;
let jobs: BulkJobs;
const now = 0;

beforeEach(() => {
  tasks = new FakeTasks();
  TestBed.configureTestingModule({ providers: provideFakeTasks(tasks) });
  jobs = TestBed.inject(BulkJobs);
});

describe('cancelling many tasks', () => {
  it('goes on with the cursor until nothing is left, and counts', async () => {
    tasks.bulkAnswers = [
      { cancelled: 500, refused: 0, refusals: [], cursor: 'c1' },
      { cancelled: 20, refused: 3, refusals: [] },
    ];
    await jobs.cancel({ filter: { tag: 'spring' }, count: 523 }, now);
    expect(tasks.bulkCancelled.map(({ cursor }) => cursor)).toEqual([undefined, 'c1']);
    expect(tasks.bulkCancelled[0]!.filter).toEqual({ tag: 'spring', to: expect.any(String) });
    expect(jobs.all()).toMatchObject([{ state: 'done', done: 520, refused: 3 }]);
  });

  it('sends named tasks in parts', async () => {
    await jobs.cancel({ ids: Array.from({ length: 1_100 }, (_, n) => `t${n}`) }, now);
    expect(tasks.bulkCancelled.map(({ ids }) => ids!.length)).toEqual([500, 500, 100]);
    expect(jobs.all()).toEqual([]);
  });

  it('does nothing when it is undone in time', async () => {
    const done = jobs.cancel({ ids: ['t1'] }, 20);
    jobs.stop(jobs.all()[0]!.id);
    await done;
    expect(tasks.bulkCancelled).toEqual([]);
    expect(jobs.all()).toEqual([]);
  });

  it('stays with what went wrong', async () => {
    tasks.refusal = new ApiError('offline', 0, 'No answer from the server.');
    await jobs.cancel({ ids: ['t1'] }, now);
    expect(jobs.all()).toMatchObject([{ state: 'failed', problem: 'No answer from the server.' }]);
  });
});

it('replays dead letters by a plan, those that a filter fits too', async () => {
  tasks.put(aTask({ id: 'a', state: 'dead-lettered' }), aTask({ id: 'b', state: 'completed' }));
  await jobs.replay({ filter: {}, count: 1 });
  expect(tasks.bulkReplayed).toEqual([{ ids: ['a'] }]);
});

it('writes a CSV that no spreadsheet takes for formulas', () => {
  const line = csvLine(
    aTask({ about: '=cmd|x', tags: ['a', 'b'], error: { code: 'x', message: 'say "no",\nplease' } }),
  );
  expect(line).toContain(`,'=cmd|x,`);
  expect(line).toContain('a b');
  expect(line).toContain('"say ""no"",\nplease"');
});
