import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** WCAG 2.2, levels A and AA, as far as a machine can tell. https://www.w3.org/TR/WCAG22/ */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe finds wrong on the page, one line for each element: the rule, where, and what to do. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await settled(page);
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, failureSummary = '' }) => `${id} at ${target.join(' ')}: ${failureSummary} ${html.slice(0, 160)}`),
  );
} // prettier-ignore

/** Colours of what fades in are not those that are to be read. A dialog begins to only in the frame after it was added. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const passing = () =>
      document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    do {
      await Promise.allSettled(passing().map(({ finished }) => finished));
      for (let frames = 0; frames < 3; frames += 1) await frame();
    } while (passing().some(({ playState }) => playState === 'running'));
  });
}
