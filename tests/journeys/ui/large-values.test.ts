import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { artifacts, useBrowser } from '../../support/use-browser.ts';
import { accessibilityFaults } from './accessibility.ts';
import { overflow } from './pages.ts';

const browser = useBrowser();
const stack = useStack();
let id: string;

const rows = Array.from({ length: 80_000 }, (_, i) => ({ id: i, name: `Person ${i}`, email: `person${i}@example.com`, score: i / 7 })); // prettier-ignore
const message = { rows, note: 'x'.repeat(2_000_000), nested: { deeper: { deepest: ['found'] } } };

beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  const api = new Api(stack().baseUrl);
  ({ id } = await api.submit('echo', { message }));
  await api.ended(id);
});

const panel = (page: Page) => page.getByRole('tabpanel');
const workers = async (page: Page, count: number) => {
  while (page.workers().length !== count) await page.waitForTimeout(20);
};

it.each([1280, 360])('shows ten megabytes part by part, %d pixels wide', async (width) => {
  const page = await browser.open(`${stack().baseUrl}/tasks/${id}`, { width });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await panel(page)
    .getByText(/It has \d[\d.]* MB/)
    .waitFor();
  expect(page.workers()).toHaveLength(0);
  await panel(page).getByRole('button', { name: 'Show it' }).click();
  await panel(page)
    .getByRole('button', { name: /^rows.*80000/ })
    .waitFor();
  expect({ overflow: await overflow(page), faults: await accessibilityFaults(page) }).toEqual({ overflow: 0, faults: [] }); // prettier-ignore
  await panel(page)
    .getByRole('button', { name: /^rows.*80000/ })
    .click();
  await panel(page).getByRole('button', { name: /^79\b/ }).click();
  await panel(page).getByText('"person79@example.com"').waitFor();
  await panel(page).getByRole('button', { name: '79900 more' }).click();
  await panel(page)
    .getByRole('button', { name: /^199\b/ })
    .waitFor();
  await panel(page).getByRole('button', { name: 'more', exact: true }).click();
  await panel(page).getByRole('button', { name: 'less', exact: true }).click();
  await page.screenshot({ path: join(artifacts, `task-large-${width}.png`), animations: 'disabled' });

  await panel(page).getByRole('button', { name: 'Copy JSON' }).click();
  await panel(page).getByText('Copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(JSON.stringify({ message }));

  expect(page.workers()).toHaveLength(1);
  await page.getByRole('tab', { name: /^Payload/ }).click();
  await workers(page, 0);
  await panel(page).getByRole('button', { name: 'Show it' }).click();
  await panel(page)
    .getByRole('button', { name: /nested/ })
    .click();
  await panel(page)
    .getByRole('button', { name: /deeper/ })
    .waitFor();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Tasks' }).click();
  await page
    .getByRole('listitem')
    .getByText(/of result/)
    .waitFor();
  await workers(page, 0);
});

it('draws and saves a picture of megabytes', async () => {
  // One pixel, and what a reader of PNG passes over.
  const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'); // prettier-ignore
  const file = Buffer.concat([pixel, Buffer.alloc(3_000_000)]);
  const api = new Api(stack().baseUrl);
  const picture = { contentType: 'image/png', base64: file.toString('base64') };
  const task = await api.submit('echo', { message: { picture } });
  await api.ended(task.id);
  const page = await browser.open(`${stack().baseUrl}/tasks/${task.id}`);
  await panel(page).getByRole('button', { name: 'Show it' }).click();
  const image = panel(page).getByRole('img', { name: 'message.picture' });
  await image.waitFor();
  expect(await image.getAttribute('src')).toMatch(/^blob:/);
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('figure img')?.naturalWidth === 1);
  const saving = page.waitForEvent('download');
  await panel(page).getByRole('link', { name: 'Save' }).click();
  expect(readFileSync(await (await saving).path()).equals(file)).toBe(true);
});

it('says why what it was to show is not there any more', async () => {
  browser.mayComplain(/status of 404/);
  const page = await browser.open(`${stack().baseUrl}/tasks/${id}`);
  await page.route('**/api/tasks/*/result', (route) =>
    route.fulfill({ status: 404, json: { code: 'not-found', status: 404, detail: 'It is gone.' } }),
  );
  await panel(page).getByRole('button', { name: 'Show it' }).click();
  await panel(page).getByText('It is gone.').waitFor();
});
