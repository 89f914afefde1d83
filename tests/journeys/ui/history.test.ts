import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { Task } from '../../../contracts/task.ts';
import { Redis } from 'ioredis';
import { TaskStore } from '../../../functions/tasks/task-store.ts';
import { Api } from '../../support/api.ts';
import { historyOf, submitMany } from '../../support/history.ts';
import { useStack } from '../../support/stack.ts';
import { useBrowser } from '../../support/use-browser.ts';
import { accessibilityFaults } from './accessibility.ts';
import { overflow, rowOf, untilLive } from './pages.ts';

const browser = useBrowser();
const stack = useStack();
let forgotten: string;

beforeAll(async () => {
  const api = new Api(stack().baseUrl);
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const cancelled = await submitMany(api, 4, {}, { scheduledFor: later });
  await api.post('/api/tasks/cancel', { ids: cancelled });
  const completed = await submitMany(api, 130, {}, { tags: ['autumn'] });
  await historyOf(api, 134);
  forgotten = completed[0]!;
  const redis = new Redis(stack().redisUrl);
  await new TaskStore(redis).forget(forgotten);
  redis.disconnect();
});

const rows = (page: Page) => page.getByRole('list', { name: 'Tasks that have ended' }).getByRole('listitem');
const here = (page: Page) => page.getByRole('navigation', { name: 'Pages' }).locator('.near');

it('leads from the tasks to the history, by the same filter, and on to a task that only the history has', async () => {
  const page = await browser.open(`${stack().baseUrl}/tasks?tag=autumn`);
  await untilLive(page);
  await page.getByRole('main').getByRole('link', { name: 'History' }).click();
  await page.waitForURL(/\/history\?tag=autumn$/);
  await here(page).getByText('Tasks').waitFor();
  await rowOf(page, forgotten).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Look further back' }).click();
  await rowOf(page, forgotten).click();
  await page.getByText('This task ended long ago').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('link', { name: 'autumn' }).click();
  await page.waitForURL(/\/history\?tag=autumn$/);
});

it('is found by the keyboard, narrowed down by the way tasks ended, and saved as a file', async () => {
  const page = await browser.open(`${stack().baseUrl}/submit`);
  await untilLive(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('archive');
  await page.getByRole('option', { name: 'Go to History', selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'History', level: 1 }).waitFor();
  await page.getByRole('navigation', { name: 'States' }).getByRole('link', { name: 'Cancelled' }).click();
  await page.waitForURL(/state=cancelled/);
  // The rows before it are of others.
  await rows(page).filter({ hasText: 'Cancelled' }).nth(3).waitFor();
  expect(await rows(page).count()).toBe(4);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'All that fit, as JSON' }).click();
  const saved = JSON.parse(readFileSync(await (await downloading).path(), 'utf8')) as Task[];
  expect(saved.map(({ state }) => state)).toEqual(Array(4).fill('cancelled'));
});

it('fits a phone, with its columns stacked, and teaches where nothing fits', async () => {
  const page = await browser.open(`${stack().baseUrl}/history`, { width: 360, colorScheme: 'dark' });
  await rows(page).first().waitFor();
  expect([await overflow(page), await accessibilityFaults(page)]).toEqual([0, []]);
  await page.getByRole('combobox', { name: 'Filter tasks' }).fill('nowhere to be found');
  await page.getByRole('heading', { name: 'Nothing in the history fits' }).waitFor();
  expect([await overflow(page), await accessibilityFaults(page)]).toEqual([0, []]);
});
