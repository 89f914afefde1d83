import { Turns } from './turns.ts';

it('come in the order in which they were drawn, whoever passes first', async () => {
  const turns = new Turns();
  const [first, second, third] = [turns.draw('k'), turns.draw('k'), turns.draw('k')];
  const done: string[] = [];
  const [firstCame, thirdCame] = [first.come.then(() => done.push('first')), third.come.then(() => done.push('third'))];
  second.pass();
  await turns.draw('another').come;
  await firstCame;
  await new Promise(setImmediate);
  expect(done).toEqual(['first']);
  first.pass();
  await thirdCame;
  expect(done).toEqual(['first', 'third']);
});
