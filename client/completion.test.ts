import { littleTask } from '../tests/support/little-api.ts';
import { Completion } from './completion.ts';

/** What is known, what was asked for, and a list that has these tasks. */
function world(listed: string[] = []) {
  const known = new Set<string>();
  const asked: string[] = [];
  const completion = new Completion({
    fetchNewest: async () => {
      asked.push('list');
      return listed.map((id) => littleTask(id));
    },
    fetchOne: async (id) => {
      asked.push(id);
      if (id === 'gone') throw new Error('There is no such task.');
      return littleTask(id);
    },
    keep: (tasks) => tasks.forEach(({ id }) => known.add(id)),
    isKnown: (id) => known.has(id),
  });
  return { known, asked, completion };
}
const ids = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`);

describe('fetching what events left out', () => {
  it('fetches a few one by one, each once', async () => {
    const { asked, completion } = world();
    for (const id of ['a', 'b', 'a']) completion.addUnknown(id);
    await completion.settled();
    expect(asked).toEqual(['a', 'b']);
  });

  it('looks for many in the list first', async () => {
    const { asked, known, completion } = world(ids(100));
    for (const id of [...ids(100), 'older']) completion.addUnknown(id);
    await completion.settled();
    expect(asked).toEqual(['list', 'older']);
    expect(known.size).toBe(101);
  });

  it('goes on after a task that is gone', async () => {
    const { asked, completion } = world();
    for (const id of ['gone', 'b']) completion.addUnknown(id);
    await completion.settled();
    expect(asked).toEqual(['gone', 'b']);
  });

  it('fetches a known task again when its result was left out', async () => {
    const { asked, known, completion } = world();
    known.add('a');
    completion.addUnknown('a');
    completion.addStale('a');
    await completion.settled();
    expect(asked).toEqual(['a']);
  });
});
