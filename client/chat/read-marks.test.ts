import { ReadMarks } from './read-marks.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function world() {
  const said: string[] = [];
  const state = { isDown: false };
  const marks = new ReadMarks(async (room, sequence) => {
    said.push(`${room} ${sequence}`);
    if (state.isDown) throw new Error('away');
  });
  return { said, state, marks };
}

describe('marks of what was read', () => {
  it('say the furthest of each room, once', async () => {
    const { said, marks } = world();
    for (const sequence of [1, 2, 3, 2]) marks.mark('a', sequence);
    marks.mark('b', 0);
    marks.mark('b', 7);
    await turn();
    marks.mark('a', 3);
    await turn();
    expect(said).toEqual(['a 3', 'b 7']);
  });

  it('are said later when they could not be said', async () => {
    const { said, state, marks } = world();
    state.isDown = true;
    marks.mark('a', 1);
    await turn();
    state.isDown = false;
    marks.retry();
    await turn();
    marks.retry();
    await turn();
    expect(said).toEqual(['a 1', 'a 1']);
  });
});
