import type { LogNews } from '../../contracts/task-log.ts';
import { logNewsPush } from './push-log-news.ts';

let sent: { target: object; method: string; news: LogNews[] }[];
let push: ReturnType<typeof logNewsPush>;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  sent = [];
  push = logNewsPush(async (target, method, [news]) => void sent.push({ target, method, news: news as LogNews[] }));
});
afterEach(() => jest.useRealTimers());

const turn = () => new Promise(setImmediate);
const toAda = () => sent.filter(({ target }) => 'user' in target).map(({ news }) => news.map(({ newest }) => newest));

it('goes to the owner and to operators at once, and further news of all tasks together a moment later', async () => {
  push('ada', { taskId: 'a', newest: 1 });
  await turn();
  expect(sent).toEqual([
    { target: { user: 'ada' }, method: 'logs', news: [{ taskId: 'a', newest: 1 }] },
    { target: { group: 'operators' }, method: 'logs', news: [{ taskId: 'a', newest: 1 }] },
  ]);
  for (let newest = 2; newest <= 1_001; newest += 1) push('ada', { taskId: 'a', newest });
  await turn();
  expect(toAda()).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(250);
  expect(toAda()).toHaveLength(2);
  expect(toAda()[1]).toHaveLength(1_000);
});

it('keeps nobody waiting when it cannot be sent', async () => {
  let tries = 0;
  push = logNewsPush(async () => {
    tries += 1;
    throw new Error('away');
  });
  push('ada', { taskId: 'a', newest: 1 });
  await turn();
  await jest.advanceTimersByTimeAsync(250);
  expect(tries).toBe(2);
});
