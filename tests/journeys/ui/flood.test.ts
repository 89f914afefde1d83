import { Api } from '../../support/api.ts';
import { countEventsIn, cursorsIn, eventsPerTask, submitFlood } from '../../support/flood.ts';
import { useStack } from '../../support/stack.ts';
import { useBrowser } from '../../support/use-browser.ts';
import { untilLive } from './pages.ts';

const browser = useBrowser();
const stack = useStack();

it('brings each of hundreds of events a second to the page once, in order', async () => {
  const page = await browser.open(`${stack().baseUrl}/.auth/login/aad?user=flora&post_login_redirect_uri=/tasks`);
  await untilLive(page);
  await countEventsIn(page);
  const api = await new Api(stack().baseUrl).as('flora');
  const ids = await submitFlood(api, 500, 3);
  for (const id of ids) expect((await api.ended(id)).state).toBe('completed');

  const stored = (await api.events()).map(({ cursor }) => cursor);
  expect(stored).toHaveLength(ids.length * eventsPerTask);
  while ((await cursorsIn(page)).length < stored.length) await page.waitForTimeout(50);
  expect(await cursorsIn(page)).toEqual(stored);
});
