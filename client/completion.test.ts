import { littleTask } from '../tests/support/little-api.ts';
import { Completion } from './completion.ts';

/** What is known, what was asked for, and a list that has these tasks, oldest first. */
function world(listed: string[] = []) {
  const known = new Set<string>();
  const asked: string[] = [];
  const newest = [...listed].reverse();
  let onAsked = () => {};
  const completion = new Completion({
    fetchPage: async (limit, cursor) => {
      asked.push('list');
      onAsked();
      const from = cursor === undefined ? 0 : newest.indexOf(cursor) + 1;
      const tasks = newest.slice(from, from + limit).map((id) => littleTask(id));
      return { tasks, ...(from + limit < newest.length && { cursor: tasks.at(-1)!.id }) };
    },
    fetchOne: async (id) => {
      asked.push(id);
      if (id.startsWith('gone')) throw new Error('There is no such task.');
      return littleTask(id);
    },
    keep: (tasks) => tasks.forEach(({ id }) => known.add(id)),
    isKnown: (id) => known.has(id),
  });
  const whenAsked = (run: () => unknown) => {
    onAsked = () => void run();
  };
  return { known, asked, completion, whenAsked };
}
const ids = (count: number) => Array.from({ length: count }, (_, i) => `t${String(i).padStart(5, '0')}`);

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

  it('goes back in the list as far as the oldest of them, and no further', async () => {
    const { asked, known, completion } = world(ids(5_000));
    for (const id of ids(5_000).slice(3_800)) completion.addUnknown(id);
    await completion.settled();
    expect(asked).toEqual(['list', 'list', 'list']);
    expect(
      ids(5_000)
        .slice(3_800)
        .every((id) => known.has(id)),
    ).toBe(true);
  });

  it('takes known tasks of which events were missed from the list too', async () => {
    const { asked, known, completion } = world(ids(300));
    for (const id of ids(300)) known.add(id);
    for (const id of ids(300)) completion.addUnsure(id);
    await completion.settled();
    expect(asked).toEqual(['list']);
  });

  it('asks for nothing that somebody else has fetched meanwhile', async () => {
    const { asked, known, completion } = world(ids(100));
    for (const id of ids(5)) completion.addUnknown(id);
    for (const id of ids(5)) known.add(id);
    await completion.settled();
    expect(asked).toEqual([]);
  });

  it('takes along what comes while it looks', async () => {
    const { asked, completion, whenAsked } = world(ids(300));
    whenAsked(
      () =>
        asked.length === 1 &&
        ids(300)
          .slice(100)
          .forEach((id) => completion.addUnknown(id)),
    );
    for (const id of ids(100)) completion.addUnknown(id);
    await completion.settled();
    expect(asked).toEqual(['list', 'list', 'list']);
  });

  it('goes on after tasks that are gone', async () => {
    const { asked, completion } = world();
    const gone = Array.from({ length: 20 }, (_, i) => `gone${i}`);
    for (const id of [...gone, 'b']) completion.addUnknown(id);
    await completion.settled();
    expect(asked).toEqual(['list', ...gone, 'b']);
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
