import type { Locator } from 'playwright-core';

export interface SeenTexts {
  /** Every text the element has had since, each once, in order. */
  all(): Promise<string[]>;
}

/**
 * Watches what an element says: states that last milliseconds are shown as well, but a look now and then would miss them. The element
 * must stay in the page.
 */
export async function watchTexts(locator: Locator): Promise<SeenTexts> {
  const seen = await locator.evaluateHandle((element) => {
    const texts = new Set([element.textContent]);
    const watched = { childList: true, characterData: true, subtree: true };
    new MutationObserver(() => texts.add(element.textContent)).observe(element, watched);
    return texts;
  });
  return {
    async all() {
      const texts = await seen.evaluate((set) => [...set]);
      return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
    },
  };
}
