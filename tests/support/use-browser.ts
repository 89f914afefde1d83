/** A real browser for all journeys of a file. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import type { PageOptions, TestBrowser } from './browser.ts';
import { testHasFailed } from './test-outcome.ts';

/** Pictures that tests take, not kept in git. */
export const artifacts = 'test-artifacts';
/** Longest wait for what a page is to show, in milliseconds. */
const patience = 15_000;

export interface JourneyBrowser {
  /** A page with a profile of its own, at this address. */
  open(url: string, options?: PageOptions): Promise<Page>;
  /** Lets the running test's pages complain of what matches, e.g. of the answer 400 that it asks for. */
  mayComplain(of: RegExp): void;
}

/**
 * Opened before the first test, closed after the last. A test fails when one of its pages complains: an uncaught error, an error in the
 * console, a breach of the Content Security Policy. When a test fails, its pages are pictured in `test-artifacts/`.
 * To be called before `useStack`: of hooks, the first named is the first to run, and pages go before their servers.
 */
export function useBrowser(): JourneyBrowser {
  let browser: TestBrowser | undefined;
  let pages: Page[] = [];
  let allowed: RegExp[] = [];
  let heard = 0;

  beforeAll(async () => void (browser = await openBrowser()));
  afterEach(async () => {
    if (testHasFailed()) await picture(pages);
    // What a route still does as its page goes is nobody's fault.
    await Promise.all(pages.map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })));
    await Promise.all(pages.map((page) => page.context().close()));
    // Only now: as long as a page is there it may complain, and the next test is not to answer for it.
    const complaints = (browser?.complaints ?? []).slice(heard);
    heard += complaints.length;
    const unexpected = complaints.filter((complaint) => !allowed.some((pattern) => pattern.test(complaint)));
    pages = [];
    allowed = [];
    expect(unexpected).toEqual([]);
  });
  afterAll(async () => void (await browser?.close()));

  return {
    async open(url, options) {
      if (!browser) throw new Error('The browser is open from beforeAll on.');
      const page = await browser.newPage(options);
      pages.push(page);
      page.setDefaultTimeout(patience);
      await page.goto(url);
      return page;
    },
    mayComplain: (of) => void allowed.push(of),
  };
}

async function picture(pages: readonly Page[]): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  const name = (expect.getState().currentTestName ?? 'test').replaceAll(/\W+/g, '-');
  for (const [i, page] of pages.entries()) {
    const path = join(artifacts, `failed-${name}-${i + 1}.png`);
    await page.screenshot({ path, fullPage: true }).catch(() => undefined);
  }
}
