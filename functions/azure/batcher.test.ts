import { batcher } from './batcher.ts';

function controlled() {
  const batches: { items: number[]; done: () => void; fail: (error: Error) => void }[] = [];
  const add = batcher<number>((items) => new Promise((done, fail) => batches.push({ items, done, fail })), {
    items: 3,
  });
  return { batches, add };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('sends at once when idle, and gathers while a batch is under way', async () => {
  const { batches, add } = controlled();
  const first = add(1);
  await turn();
  const others = [add(2), add(3)];
  await turn();
  expect(batches.map(({ items }) => items)).toEqual([[1]]);
  batches[0]!.done();
  await first;
  await turn();
  expect(batches[1]!.items).toEqual([2, 3]);
  batches[1]!.done();
  await Promise.all(others);
});

it('pauses between batches only where the next is not full, or where it yields to other work', async () => {
  const batches: number[][] = [];
  let isBusy = false;
  const send = async (items: number[]) => void batches.push(items);
  const add = batcher<number>(send, { items: 2, pauseMs: 50, yields: () => isBusy });
  const all = [1, 2, 3, 4, 5].map((n) => add(n));
  await Promise.all(all.slice(0, 4));
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  await all[4];
  isBusy = true;
  const more = [6, 7, 8, 9].map((n) => add(n));
  await Promise.all(more.slice(0, 2));
  await turn();
  expect(batches).toHaveLength(4);
  await Promise.all(more);
  expect(batches.slice(3)).toEqual([
    [6, 7],
    [8, 9],
  ]);
});

it('sends no more at a time than allowed', async () => {
  const { batches, add } = controlled();
  const all = [1, 2, 3, 4, 5].map((n) => add(n));
  await turn();
  batches[0]!.done();
  await turn();
  batches[1]!.done();
  await Promise.all(all);
  expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3], [4, 5]]); // prettier-ignore
});

it('fails the items of a failed batch, and goes on with the next', async () => {
  const { batches, add } = controlled();
  const first = add(1);
  await turn();
  const second = add(2);
  batches[0]!.fail(new Error('refused'));
  await expect(first).rejects.toThrow('refused');
  await turn();
  batches[1]!.done();
  await second;
});

it('fails what cannot be weighed, or sent at all, and goes on with the rest', async () => {
  const sent: string[] = [];
  const send = (items: string[]) => {
    if (items.includes('unsendable')) throw new Error('not to be sent');
    sent.push(...items);
    return Promise.resolve();
  };
  const add = batcher<string | null>((items) => send(items as string[]), {
    items: 1,
    weight: 10,
    weigh: (item) => item!.length,
  });
  const added = [add('a'), add(null), add('unsendable'), add('b')];
  expect((await Promise.allSettled(added)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  expect(sent).toEqual(['a', 'b']);
});
