import { oneAtATime } from './one-at-a-time.ts';

it('makes one answer for all who ask meanwhile, and a new one for who asks afterwards', async () => {
  let made = 0;
  const ask = oneAtATime(async () => (made += 1));
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
  expect(await ask()).toBe(2);
});

it('tells all of a failure, and tries again for the next', async () => {
  let fails = true;
  const ask = oneAtATime(async () => {
    if (fails) throw new Error('away');
    return 'there';
  });
  expect(await Promise.allSettled([ask(), ask()])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  fails = false;
  expect(await ask()).toBe('there');
});
