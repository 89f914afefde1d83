/**
 * The web app under a flood: `npm run flood` starts a stack and a browser of its own and plays 500 events a second for 30 s (or as given:
 * `node bench/flood.ts EVENTS SECONDS`) to the list of tasks, while somebody uses the page. Prints what was lost or doubled, long tasks,
 * frames and how long the page took to answer (INP).
 */
import type { Page } from 'playwright-core';
import { Api } from '../tests/support/api.ts';
import { openBrowser } from '../tests/support/browser.ts';
import { countEventsIn, cursorsIn, eventsPerTask, submitFlood } from '../tests/support/flood.ts';
import { startStack } from '../tests/support/stack.ts';

const [perSecond = 500, seconds = 30] = process.argv.slice(2).map(Number);

interface Watched {
  longTasks: number[];
  interactions: number[];
  frames: number[];
}

/** Runs inside the page: text, as nothing here knows a browser's types. */
const watchPage = `
  const watched = { longTasks: [], interactions: [], frames: [] };
  globalThis.watched = watched;
  const observe = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, durationThreshold: 16 });
  observe('longtask', ({ duration }) => watched.longTasks.push(duration));
  observe('event', ({ interactionId, duration }) => interactionId > 0 && watched.interactions.push(duration));
  let last = performance.now();
  const frame = (time) => {
    watched.frames.push(time - last);
    last = time;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
`;

/** What somebody does meanwhile: opens the palette and closes it, looks at another page and comes back. */
async function usePage(page: Page, until: Promise<unknown>): Promise<number> {
  let isOver = false;
  void until.finally(() => (isOver = true));
  let rounds = 0;
  for (; !isOver; rounds += 1) {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find anything' }).waitFor();
    await page.keyboard.type('ta');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    for (const name of ['Overview', 'Tasks']) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
      await page.getByRole('heading', { name, level: 1 }).waitFor();
      await page.waitForTimeout(500);
    }
  }
  return rounds;
}

function share(values: readonly number[], part: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0
    ? '–'
    : `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(0)} ms`;
}

const stack = await startStack();
const browser = await openBrowser();
try {
  const page = await browser.newPage();
  await page.goto(`${stack.baseUrl}/.auth/login/aad?user=flora&post_login_redirect_uri=/tasks`);
  await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
  await countEventsIn(page);
  await page.evaluate(watchPage);
  const api = await new Api(stack.baseUrl).as('flora');
  const began = Date.now();
  const flood = submitFlood(api, perSecond, seconds);
  const rounds = await usePage(page, flood);
  const ids = await flood;
  for (const id of ids) await api.ended(id);
  const took = (Date.now() - began) / 1000;

  // The stream keeps the last 10,000 of an owner: of those it is checked that each came, of all how many.
  const stored = (await api.events()).map(({ cursor }) => cursor);
  const happened = ids.length * eventsPerTask;
  const deadline = Date.now() + 60_000;
  while ((await cursorsIn(page)).length < happened && Date.now() < deadline) await page.waitForTimeout(100);
  const seen = await cursorsIn(page);
  const known = new Set(seen);
  const watched = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
  console.log(`${happened} events of ${ids.length} tasks in ${took.toFixed(0)} s`);
  const lost = { all: happened - known.size, kept: stored.filter((cursor) => !known.has(cursor)).length };
  console.log(`lost ${lost.all}, of those still kept ${lost.kept}; doubled ${seen.length - known.size}`);
  console.log(`long tasks ${watched.longTasks.length}, longest ${share(watched.longTasks, 1)}, over 200 ms ${watched.longTasks.filter((ms) => ms > 200).length}`); // prettier-ignore
  console.log(`interactions in ${rounds} rounds: p50 ${share(watched.interactions, 0.5)}, p98 (INP) ${share(watched.interactions, 0.98)}, longest ${share(watched.interactions, 1)}`); // prettier-ignore
  console.log(`frames ${watched.frames.length}: p50 ${share(watched.frames, 0.5)}, p99 ${share(watched.frames, 0.99)}`);
} finally {
  await browser.close();
  await stack.stop();
}
