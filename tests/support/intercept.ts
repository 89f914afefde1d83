import type { Page, Route } from 'playwright-core';

/**
 * Takes a page's requests until what it returns is called; those after it go on to the server. To be used instead of `route` and `unroute`
 * (or its `times`): where the last route of a page is taken away while requests are on their way, some of them are never answered, and a
 * script among them keeps its page from ever opening.
 */
export async function intercept(page: Page, url: string, handle: (route: Route) => Promise<void>): Promise<() => void> {
  let isOn = true;
  await page.route(url, (route) => (isOn ? handle(route) : route.continue()));
  return () => void (isOn = false);
}
