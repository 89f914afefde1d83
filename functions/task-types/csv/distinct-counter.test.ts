import { DistinctCounter } from './distinct-counter.ts';

it('counts as a set does', () => {
  const [counter, set] = [new DistinctCounter(), new Set<string>()];
  for (let i = 0; i < 300_000; i += 1) {
    const text = `${(i * 7919) % 123_457}/${i % 3}`;
    counter.add(text);
    set.add(text);
  }
  expect(counter.count).toBe(set.size);
});

it('tells texts apart that are much alike', () => {
  const counter = new DistinctCounter();
  for (const text of ['', ' ', 'a', 'aa', 'aaa', 'ab', 'ba', 'Ab', '1', '1.0', '01', '\u0000', '😀', '\ud83d']) {
    counter.add(text);
    counter.add(text);
  }
  expect(counter.count).toBe(14);
});
