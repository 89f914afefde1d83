/** A real browser, headless, for journeys and screenshots. */
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { findChromium } from './chromium.ts';

export interface PageOptions {
  /** In CSS pixels; default 1280 × 800. */
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export interface TestBrowser {
  /** A page in a profile of its own: no cookies, no storage, no cache of another page. */
  newPage(options?: PageOptions): Promise<Page>;
  /** What pages complained about so far: uncaught errors, and errors written to the console. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/**
 * What keeps a browser from talking to its maker and from slowing down pages nobody looks at. The package's own list is not used: with its
 * --disable-web-security and --single-process, faults of CORS and of the Content Security Policy would stay hidden.
 */
const args = [
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
  '--no-pings',
  '--no-proxy-server',
  '--font-render-hinting=none',
];

/** Takes 2–3 s the first time on a machine, when it unpacks Chromium, and about 0.3 s from then on. */
export async function openBrowser(): Promise<TestBrowser> {
  const { executablePath, environment } = await findChromium();
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...environment }).filter((entry) => entry[1] !== undefined),
  );
  // Chromium's sandbox refuses root and needs kernel rights that containers lack; the pages are our own.
  const browser = await chromium.launch({
    executablePath,
    args,
    env: env,
    chromiumSandbox: false,
  });
  const complaints: string[] = [];
  return {
    complaints,
    async newPage({ width = 1280, height = 800, colorScheme = 'light' } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme });
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      return page;
    },
    close: () => browser.close(),
  };
}
