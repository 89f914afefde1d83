/** What a page under a flood goes through: long tasks, frames, and how long it takes to answer to whoever uses it. */
import type { Page } from 'playwright-core';

interface Watched {
  longTasks: number[];
  interactions: number[];
  frames: number[];
}

/** Runs inside the page: text, as nothing here knows a browser's types. */
const watching = `
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

export async function watchPage(page: Page): Promise<void> {
  await page.evaluate(watching);
}

/** What somebody does meanwhile: opens the palette and closes it, looks at another page and comes back. */
export async function usePage(page: Page, until: Promise<unknown>): Promise<number> {
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

export async function report(page: Page, rounds: number): Promise<void> {
  const watched = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
  const { longTasks, interactions, frames } = watched;
  console.log(`long tasks ${longTasks.length}, longest ${share(longTasks, 1)}, over 200 ms ${longTasks.filter((ms) => ms > 200).length}`); // prettier-ignore
  console.log(`interactions in ${rounds} rounds: p50 ${share(interactions, 0.5)}, p98 (INP) ${share(interactions, 0.98)}, longest ${share(interactions, 1)}`); // prettier-ignore
  console.log(`frames ${frames.length}: p50 ${share(frames, 0.5)}, p99 ${share(frames, 0.99)}`);
}

function share(values: readonly number[], part: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0
    ? '–'
    : `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(0)} ms`;
}
