import { MemoryBudget } from './memory-budget.ts';

function holder(budget: MemoryBudget, bytes: number) {
  const holding = { entered: false, leave: () => undefined as void, left: Promise.resolve() };
  holding.left = budget.hold(bytes, () => {
    holding.entered = true;
    return new Promise((resolve) => (holding.leave = resolve));
  });
  return holding;
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('lets in as much as fits, and the rest in the order it came', async () => {
  const budget = new MemoryBudget(100);
  const [first, second, third, fourth] = [60, 50, 40, 10].map((bytes) => holder(budget, bytes));
  await turn();
  expect([first, second, third, fourth].map((one) => one!.entered)).toEqual([true, false, false, false]);
  first!.leave();
  await turn();
  expect([second, third, fourth].map((one) => one!.entered)).toEqual([true, true, true]);
  [second, third, fourth].forEach((one) => one!.leave());
  await Promise.all([second, third, fourth].map((one) => one!.left));
});

it('lets in what is larger than all of it when nothing else is there, and gives room back after a failure', async () => {
  const budget = new MemoryBudget(100);
  await expect(budget.hold(500, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(budget.hold(100, async () => 'done')).resolves.toBe('done');
});
