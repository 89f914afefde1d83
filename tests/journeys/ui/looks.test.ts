import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
import { historyOf } from '../../support/history.ts';
import { useStack } from '../../support/stack.ts';
import { artifacts, useBrowser } from '../../support/use-browser.ts';
import { chooseType, lastTasks, openOptions, openTask, overflow, rowOf, submitButton, theWay, untilEnded, untilLive } from './pages.ts'; // prettier-ignore

const browser = useBrowser();
const stack = useStack();
let api: Api;
/** One task in each state that lasts, by state. */
const tasks = new Map<string, string>();

beforeAll(async () => {
  api = new Api(stack().baseUrl);
  const hour = new Date(Date.now() + 3_600_000).toISOString();
  const submitted = [
    await api.submit('summarize-csv', { csv: 'city,inhabitants\nBerlin,3677472\nOslo,709037\n' }, { tags: ['census'] }),
    await api.submit('echo', { message: 'no', failures: 9 }, { maxAttempts: 2, tags: ['nightly', 'urgent'] }),
    await api.submit('echo', { message: 'later' }, { scheduledFor: hour }),
    await api.submit('echo', { message: 'stop' }, { scheduledFor: hour }),
    await api.submit('echo', { message: { deep: [1, { deeper: null }] }, delayMs: 600_000 }),
  ];
  await api.post(`/api/tasks/${submitted[3]!.id}/cancel`, '');
  for (const { id } of [submitted[0]!, submitted[1]!]) await api.ended(id);
  await api.until(submitted[4]!.id, ({ progress }) => progress !== undefined);
  for (const text of ['Is the census in?', `Yes: ${submitted[0]!.id}`, `A long word: ${'unbroken'.repeat(30)}`])
    await api.ended((await api.submit('chat-message', { text })).id);
  // Three of these, and three messages.
  await historyOf(api, 6);
  for (const { id } of submitted) tasks.set((await api.task(id)).state, id);
  mkdirSync(artifacts, { recursive: true });
});

/** The whole page, in a window high enough for it: bars that stay in sight would stand in its midst otherwise. */
async function picture(page: Page, file: string): Promise<void> {
  const size = page.viewportSize()!;
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...size, height: Math.max(size.height, height) });
  await page.screenshot({ path: join(artifacts, file), animations: 'disabled' });
  await page.setViewportSize(size);
}

/** Whether it lies within the bar it stands in. */
function isSeenWhole(tab: Locator): Promise<boolean> {
  return tab.evaluate((element) => {
    const [own, bar] = [element.getBoundingClientRect(), element.parentElement!.getBoundingClientRect()];
    return own.left >= bar.left - 1 && own.right <= bar.right + 1;
  });
}

/** How far down each button stands that does something with the task: one of them alone in a row looks lost. */
async function heightsOfActions(page: Page): Promise<number[]> {
  const buttons = await page.locator('app-task-actions .row button').all();
  expect(buttons.length).toBeGreaterThan(2);
  return Promise.all(buttons.map(async (button) => middleOf((await button.boundingBox())!)));
}

const middleOf = ({ y, height }: { y: number; height: number }) => Math.round(y + height / 2);

/** Perceived brightness of the page's background, 0 to 1. */
function brightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d')!;
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
    return (0.21 * r! + 0.72 * g! + 0.07 * b!) / 255;
  });
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each([1280, 360])('fits every page into a window %d pixels wide, without a complaint', async (width) => {
    const page = await browser.open(stack().baseUrl, { width, height: 800, colorScheme });
    const shown = async (name: string) => {
      expect({ name, overflow: await overflow(page) }).toEqual({ name, overflow: 0 });
      await picture(page, `${name}-${colorScheme}-${width}.png`);
    };
    await untilLive(page);
    expect((await brightness(page)) > 0.5).toBe(colorScheme === 'light');
    await lastTasks(page).getByText('Running').waitFor();
    await openOptions(page);
    await shown('submit');
    await page.getByRole('link', { name: 'Tasks', exact: true }).click();
    // The page before it has rows of the same tasks.
    await page.getByRole('heading', { name: 'Tasks', exact: true }).waitFor();
    await rowOf(page, tasks.get('cancelled')!).waitFor();
    await shown('tasks');
    for (const [state, id] of tasks) {
      await page.goto(`${stack().baseUrl}/tasks/${id}`);
      expect(await isSeenWhole(page.getByRole('tab', { selected: true }))).toBe(true);
      await page.getByRole('tab', { name: /^Payload/ }).click();
      await page.getByRole('button', { name: 'Copy JSON' }).last().waitFor();
      if (width === 1280) expect(new Set(await heightsOfActions(page)).size).toBe(1);
      await shown(`task-${state}`);
    }
    await page.goto(`${stack().baseUrl}/tasks`);
    await page.getByRole('combobox', { name: 'Filter tasks' }).fill('nothing like it');
    await page.getByText('No task fits').waitFor();
    await shown('tasks-none');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save this view' }).click();
    await page.getByRole('textbox', { name: 'Name of the view' }).waitFor();
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await shown('tasks-save-view');
    await page.goto(`${stack().baseUrl}/history`);
    await rowOf(page, tasks.get('cancelled')!).waitFor();
    await shown('history');
    const filter = page.getByRole('combobox', { name: 'Filter tasks' });
    const { x, y } = (await filter.boundingBox())!;
    await filter.fill('nothing like it');
    await page.getByText('Nothing in the history fits').waitFor();
    expect(await filter.boundingBox()).toMatchObject({ x, y });
    await shown('history-none');
    await page.goto(`${stack().baseUrl}/chat/general`);
    await page.getByRole('article').getByText('Completed').waitFor();
    await shown('chat');
    await page.goto(`${stack().baseUrl}/nowhere`);
    await page.getByText('There is no such page').waitFor();
    await shown('not-found');
  });

  it('explains that a task does not exist', async () => {
    browser.mayComplain(/status of 404/);
    const page = await browser.open(`${stack().baseUrl}/tasks/unknown`, { width: 360, colorScheme });
    await page.getByText('There is no such task').waitFor();
    expect(await overflow(page)).toBe(0);
  });
});

it('keeps the theme chosen, whatever the system says', async () => {
  const page = await browser.open(stack().baseUrl, { colorScheme: 'light' });
  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await page.getByRole('menu').waitFor({ state: 'detached' });
  expect(await brightness(page)).toBeLessThan(0.5);
  await page.reload();
  await untilLive(page);
  expect(await brightness(page)).toBeLessThan(0.5);
});

it('lets a task be submitted and watched to its end on a phone', async () => {
  const page = await browser.open(stack().baseUrl, { width: 360, height: 640 });
  await untilLive(page);
  await chooseType(page, 'Echo a message');
  await page.getByRole('textbox', { name: 'Message' }).fill('from the tram');
  await page.getByLabel('Delay (ms)').fill('600');
  await page.getByLabel('Failures').fill('1');
  expect(await overflow(page)).toBe(0);
  await submitButton(page).click();
  await theWay(page).getByText('Attempt 1').first().waitFor();
  expect(await overflow(page)).toBe(0);
  const id = await untilEnded(page);
  await openTask(page);
  await page.getByRole('region', { name: 'Result' }).getByText('from the tram').waitFor();
  expect(await overflow(page)).toBe(0);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Tasks' }).click();
  await rowOf(page, id).getByText('Completed').waitFor();
  expect(await overflow(page)).toBe(0);
});

it('is at no moment wider than a phone, not even before a page has what it shows', async () => {
  const page = await browser.open(stack().baseUrl, { width: 360 });
  await page.addInitScript(() => {
    let widest = 0;
    const look = () => {
      const { scrollWidth, clientWidth } = document.documentElement;
      widest = Math.max(widest, scrollWidth - clientWidth);
      Object.assign(globalThis, { widest });
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  for (const path of [
    '/',
    '/tasks',
    '/history',
    '/dead-letters',
    '/schedules',
    '/overview',
    '/chat',
    '/chat/general',
    '/settings',
  ]) {
    await page.goto(`${stack().baseUrl}${path}`);
    await untilLive(page);
    const widest = await page.evaluate(() => (globalThis as { widest?: number }).widest);
    expect({ path, widest }).toEqual({ path, widest: 0 });
  }
});
