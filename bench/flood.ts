/**
 * The web app under a flood: `npm run flood` starts a stack and a browser of its own and plays 500 events a second for 30 s (or as given:
 * `node bench/flood.ts EVENTS SECONDS`) to the list of tasks, while somebody uses the page. With `--replayed` the events come out of a list
 * instead of real tasks, so that the machine gives them all. Prints what was lost or doubled, long tasks, frames and how long the page took
 * to answer (INP).
 */
import { parseArgs } from 'node:util';
import { Api } from '../tests/support/api.ts';
import { openBrowser } from '../tests/support/browser.ts';
import { countEventsIn } from '../tests/support/flood.ts';
import { startStack } from '../tests/support/stack.ts';
import { realFlood } from './flood/real.ts';
import { replayedFlood } from './flood/replayed.ts';
import { report } from './flood/watch-page.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { replayed: { type: 'boolean' } } });
const [perSecond = 500, seconds = 30] = positionals.map(Number);
const user = 'flora';

const stack = await startStack();
const browser = await openBrowser();
try {
  const page = await browser.newPage();
  await page.goto(`${stack.baseUrl}/.auth/login/aad?user=${user}&post_login_redirect_uri=/tasks`);
  await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
  await countEventsIn(page);
  const api = await new Api(stack.baseUrl).as(user);
  const rounds =
    values.replayed === true
      ? await replayedFlood(page, api, stack, user, [perSecond, seconds])
      : await realFlood(page, api, perSecond, seconds);
  await report(page, rounds);
} finally {
  await browser.close();
  await stack.stop();
}
