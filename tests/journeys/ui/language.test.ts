import type { Page } from 'playwright-core';
import { useStack } from '../../support/stack.ts';
import { useBrowser } from '../../support/use-browser.ts';

const browser = useBrowser();
const stack = useStack();

/** Compressed bytes of all scripts that the page has loaded. */
const scriptBytes = (page: Page) =>
  page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name }) => name.endsWith('.js'))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  );

it('speaks the language that a person chooses, and keeps to it', async () => {
  const page = await browser.open(`${stack().baseUrl}/settings`);
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  await page.getByRole('link', { name: 'Aufgaben', exact: true }).click();
  await page.getByText('Noch keine Aufgaben').waitFor();
  expect(await page.title()).toBe('Aufgaben · Orchestrator');
  await page.goto(`${stack().baseUrl}/settings`);
  await page.getByRole('radio', { name: 'English' }).check();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
});

it('loads no more than 250 kB of compressed script for its first page', async () => {
  const page = await browser.open(stack().baseUrl);
  await page.getByRole('heading', { name: 'What do you want done?' }).waitFor();
  await page.getByRole('combobox', { name: 'Task type' }).waitFor();
  const bytes = await scriptBytes(page);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(250_000);
});
