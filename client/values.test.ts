import { concat, EMPTY, of, Subject, throwError } from 'rxjs';
import { values } from './values.ts';

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const value of source) seen.push(value);
  return seen;
}

describe('an observable as an async iterator', () => {
  it('gives every value, also those that come while one is worked on', async () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const value of values(source)) {
        seen.push(value);
        if (value === 1) [2, 3].forEach((next) => source.next(next));
      }
    })();
    source.next(1);
    await new Promise(setImmediate);
    source.complete();
    await reading;
    expect(seen).toEqual([1, 2, 3]);
  });

  it('gives a slow reader the newest value only, where that is asked for', async () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const value of values(source, { newestOnly: true })) {
        seen.push(value);
        if (value === 1) [2, 3, 4].forEach((next) => source.next(next));
      }
    })();
    source.next(1);
    await new Promise(setImmediate);
    source.complete();
    await reading;
    expect(seen).toEqual([1, 4]);
  });

  it('ends with the observable', async () => {
    expect(await all(values(of(1, 2)))).toEqual([1, 2]);
    expect(await all(values(EMPTY))).toEqual([]);
  });

  it('throws what the observable fails with, after the values before it', async () => {
    const failing = values(
      concat(
        of(1),
        throwError(() => new Error('broken')),
      ),
    );
    expect((await failing.next()).value).toBe(1);
    await expect(failing.next()).rejects.toThrow('broken');
  });

  it('unsubscribes when the loop is left', async () => {
    const source = new Subject<number>();
    const iterator = values(source);
    const first = iterator.next();
    source.next(1);
    await first;
    await iterator.return();
    expect(source.observed).toBe(false);
  });
});
