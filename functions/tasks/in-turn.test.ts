import { inTurn } from './in-turn.ts';

it('gives each its turn, one after the other, and fails with the first fault', async () => {
  const told: number[] = [];
  const part = (n: number) => async () => {
    told.push(n);
    await new Promise(setImmediate);
    told.push(n);
    if (n > 1) throw new Error(`fault ${n}`);
  };
  await expect(inTurn([part(1), part(2), part(3)])).rejects.toThrow('fault 2');
  expect(told).toEqual([1, 1, 2, 2, 3, 3]);
});
