import type { Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
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

it('writes numbers, times and keys as the language chosen does, whatever the browser speaks', async () => {
  const api = new Api(stack().baseUrl);
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  const tasks = Array.from({ length: 1_000 }, (_, n) => ({
    type: 'echo',
    payload: { message: `Nr. ${n}` },
    scheduledFor,
  }));
  await api.post('/api/tasks/batch', { tasks });
  const page = await browser.open(`${stack().baseUrl}/tasks`);
  expect(await page.evaluate(() => navigator.language)).toMatch(/^en/);
  const states = (name: string) => page.getByRole('navigation', { name });
  await states('States').getByRole('link', { name: 'Scheduled 1,000' }).waitFor();
  await page.evaluate(() => localStorage.setItem('language', 'de'));
  await page.reload();
  await states('Zustände').getByRole('link', { name: 'Geplant 1.000' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Strg', { exact: true }).first().waitFor();
  expect(await page.getByText('Ctrl', { exact: true }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.goto(`${stack().baseUrl}/tasks/${(await api.list('?limit=1'))[0]!.id}`);
  const time = await page.locator('time[title]').first().getAttribute('title');
  expect(time).toMatch(/^\d{1,2}\. \p{L}+\.? \d{4}, \d{1,2}:\d{2}:\d{2},\d{3}$/u);
});

it('has what can be done with a completed task in one row, also in the longer words of German', async () => {
  const api = new Api(stack().baseUrl);
  const { id } = await api.submit('summarize-csv', { csv: 'city,people\nOslo,709037\n' });
  await api.ended(id);
  const page = await browser.open(stack().baseUrl, { width: 1280 });
  await page.evaluate(() => localStorage.setItem('language', 'de'));
  await page.goto(`${stack().baseUrl}/tasks/${id}`);
  const place = async (name: string) => (await page.getByRole('button', { name, exact: true }).boundingBox())!;
  const again = await place('Erneut einreichen');
  for (const name of ['Aufgabe abbrechen', 'Ändern und wiederholen', 'Wiederholen']) {
    const { y, height } = await place(name);
    expect({ name, y, height }).toEqual({ name, y: again.y, height: again.height });
  }
  expect(again.height).toBeLessThan(40);
});

it('loads no more than 250 kB of compressed script for its first page', async () => {
  const page = await browser.open(stack().baseUrl);
  // What is fetched ahead for other pages is not counted: whoever saves data does not get it.
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  await page.reload();
  await page.getByRole('heading', { name: 'What do you want done?' }).waitFor();
  await page.getByRole('combobox', { name: 'Task type' }).waitFor();
  const bytes = await scriptBytes(page);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(250_000);
});
