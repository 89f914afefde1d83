/** Real tasks: submitted so that about so many events a second happen, as far as the machine gives them. */
import type { Page } from 'playwright-core';
import type { Api } from '../../tests/support/api.ts';
import { cursorsIn, eventsPerTask, submitFlood } from '../../tests/support/flood.ts';
import { usePage, watchPage } from './watch-page.ts';

export async function realFlood(page: Page, api: Api, perSecond: number, seconds: number): Promise<number> {
  await watchPage(page);
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
  console.log(`${happened} events of ${ids.length} tasks in ${took.toFixed(0)} s`);
  const lost = { all: happened - known.size, kept: stored.filter((cursor) => !known.has(cursor)).length };
  console.log(`lost ${lost.all}, of those still kept ${lost.kept}; doubled ${seen.length - known.size}`);
  return rounds;
}
