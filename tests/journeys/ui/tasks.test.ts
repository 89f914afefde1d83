import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { BatchResult } from '../../../contracts/submit.ts';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { artifacts, useBrowser } from '../../support/use-browser.ts';
import { accessibilityFaults } from './accessibility.ts';
import { overflow, rowOf, untilLive } from './pages.ts';

const browser = useBrowser();
const stack = useStack();
const later = new Date(Date.now() + 3_600_000).toISOString();
let api: Api;

beforeAll(() => {
  api = new Api(stack().baseUrl);
  mkdirSync(artifacts, { recursive: true });
});

async function submitMany(count: number, more: object): Promise<string[]> {
  const tasks = Array.from({ length: count }, (_, n) => ({
    type: 'echo',
    payload: { message: `Letter ${n}` },
    ...more,
  }));
  const { body } = await api.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
  return body.results.map(({ task }) => task!.id);
}

async function shown(page: Page, name: string): Promise<void> {
  expect({ name, overflow: await overflow(page), faults: await accessibilityFaults(page) }).toEqual({ name, overflow: 0, faults: [] }); // prettier-ignore
  await page.screenshot({ path: join(artifacts, `${name}.png`), animations: 'disabled' });
}

const chip = (page: Page, name: string) => page.getByRole('navigation', { name: 'States' }).getByRole('link', { name });
const panel = (page: Page) => page.getByRole('complementary', { name: 'The task' });

it('filters, selects all that match, cancels them with progress, and exports them', async () => {
  await submitMany(1_000, { tags: ['spring'], scheduledFor: later });
  await submitMany(3, { tags: ['autumn'], scheduledFor: later });
  const page = await browser.open(`${stack().baseUrl}/tasks`, { width: 1280, height: 800 });
  await untilLive(page);
  await chip(page, 'All 1,003').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('ta');
  await page.getByRole('option', { name: /^tag:/ }).click();
  await page.getByRole('option', { name: 'spring' }).click();
  await page.waitForURL(/tag=spring/);
  await chip(page, 'Scheduled 1,000').waitFor();
  await shown(page, 'tasks-filtered-1280');

  await page.getByRole('checkbox', { name: 'Select all tasks shown' }).click();
  const selected = page.getByRole('region', { name: 'Selected tasks' });
  await selected.getByText(/^\d[\d,]* selected$/).waitFor();
  // Unless all of them have been fetched by now.
  const all = selected.getByRole('button', { name: 'Select all 1,000 that match' });
  if (await all.isVisible()) await all.click();
  await selected.getByText('1,000 selected').waitFor();
  await shown(page, 'tasks-selected-1280');
  await selected.getByRole('button', { name: 'Cancel 1,000' }).click();
  await page.getByText(/1,000 tasks will be cancelled in/).waitFor();
  await page.getByText('1,000 tasks cancelled.').waitFor();
  await chip(page, 'Cancelled 1,000').waitFor();
  expect(await api.list('?tag=autumn&state=scheduled')).toHaveLength(3);

  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: '1,000 tasks as CSV' }).click();
  const lines = readFileSync(await (await downloading).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines).toHaveLength(1_001);
  expect(lines[0]).toMatch(/id,type,about,state/);
  expect(lines.slice(1).every((line) => line.includes(',cancelled,'))).toBe(true);
});

it('shows a task beside the list, walks on by keyboard, and has a page of its own on a phone', async () => {
  // Of one millisecond, the ID decides which is newer.
  const [older, newer] = (await submitMany(2, { tags: ['pair'], scheduledFor: later })).sort();
  const page = await browser.open(`${stack().baseUrl}/tasks?tag=pair`, { width: 1280, height: 800 });
  await rowOf(page, newer!).click();
  await panel(page).getByText(newer!, { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('task')).toBe(newer);
  await shown(page, 'tasks-beside-1280');
  await page.keyboard.press('j');
  await panel(page).getByText(older!, { exact: true }).waitFor();
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });

  const phone = await browser.open(`${stack().baseUrl}/tasks?tag=pair&task=${newer!}`, { width: 360, height: 740 });
  await phone.waitForURL(new RegExp(`/tasks/${newer!}$`));
  await phone.getByRole('heading', { name: 'Timeline' }).waitFor();
  await shown(phone, 'task-360');
  await phone.goto(`${stack().baseUrl}/tasks?tag=pair`);
  await rowOf(phone, older!).waitFor();
  await shown(phone, 'tasks-360');
});

/** The browser scrolls smoothly, on after the wheel has stopped: what is the same after many frames. */
async function atRest<T>(page: Page, look: () => Promise<T>): Promise<T> {
  for (let before = await look(); ;) {
    await page.evaluate(async () => {
      for (let frame = 0; frame < 30; frame += 1) await new Promise((next) => requestAnimationFrame(next));
    });
    const now = await look();
    if (now === before) return now;
    before = now;
  }
}

it('keeps what a person reads in its place while new tasks come, ten thousand listed', async () => {
  for (let n = 0; n < 10; n += 1) await submitMany(1_000, { tags: ['flood'], scheduledFor: later });
  const page = await browser.open(`${stack().baseUrl}/tasks?tag=flood`, { width: 1280, height: 800 });
  await chip(page, 'Scheduled 10,000').waitFor();
  const rows = page.getByRole('main').getByRole('listitem');
  await rows.first().waitFor();
  const last = () => rows.last().getAttribute('aria-posinset').then(Number);
  while ((await last()) < 2_000) await page.mouse.wheel(0, 20_000);
  expect(await rows.count()).toBeLessThan(100);
  const middle = () =>
    page.evaluate(() => document.elementFromPoint(600, 500)?.closest('li')?.getAttribute('data-row'));
  const read = await atRest(page, middle);
  await submitMany(8, { tags: ['flood'], scheduledFor: later });
  await page.getByRole('button', { name: '8 new ↑' }).waitFor();
  expect(await middle()).toBe(read);
  await page.getByRole('button', { name: '8 new ↑' }).click();
  await page.waitForFunction(() => document.querySelector('li[data-row]')?.getAttribute('aria-posinset') === '1');
});

it('edits a dead letter and replays it, and gives a scheduled task another time', async () => {
  const { id } = await api.submit('echo', { message: 'fails', permanent: true });
  await api.ended(id);
  const page = await browser.open(`${stack().baseUrl}/tasks/${id}`, { width: 1280, height: 900 });
  await page.getByRole('tabpanel', { name: /Errors/ }).getByText('This echo was asked to fail for good.', { exact: true }).waitFor(); // prettier-ignore
  await page.getByRole('button', { name: 'Edit and replay' }).click();
  await page.getByRole('textbox', { name: 'Its payload' }).fill('{"message": "mended"}');
  await page.getByText('/permanent').waitFor();
  await shown(page, 'task-edit-1280');
  await page.getByRole('button', { name: 'Replay with these changes' }).click();
  await page.getByRole('banner').waitFor();
  await page.getByRole('tab', { name: 'Result' }).click();
  await page.getByRole('region', { name: 'Result' }).getByText('"mended"').waitFor();
  const way = page.getByRole('img', { name: /The way of this task/ });
  await page.getByRole('img', { name: /Dead-lettered, Queued, Running, Completed/ }).waitFor();
  expect(await way.count()).toBe(1);

  const waiting = await api.submit('echo', { message: 'now' }, { scheduledFor: later });
  await page.goto(`${stack().baseUrl}/tasks/${waiting.id}`);
  await page.getByRole('button', { name: 'Another time' }).click();
  await page.getByRole('button', { name: 'Run it now' }).click();
  await page.getByRole('region', { name: 'Result' }).getByText('"now"').waitFor();
});

it.each([1280, 360])('submits many tasks from a file, in a window %d pixels wide', async (width) => {
  const page = await browser.open(`${stack().baseUrl}/submit?type=echo`, { width, height: 800 });
  await untilLive(page);
  await page.getByRole('button', { name: 'Many from a file' }).click();
  const csv = 'message,delayMs\nfirst,1\n<b>second</b>,2\nthird,soon\nfourth,700000\n';
  await page.getByLabel('Choose a CSV or JSON file').setInputFiles({ name: 'letters.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }); // prettier-ignore
  await page.getByText('“soon” is not a number that fits.').waitFor();
  await page.getByLabel('Tag them all, to find them again').fill(`letters-${width}`);
  await shown(page, `submit-many-${width}`);
  await page.getByRole('button', { name: 'Submit 3 tasks' }).click();
  await page.getByText('2 of 3 tasks accepted').waitFor();
  await page.getByRole('list', { name: 'Refused rows' }).getByText(/Row 4/).waitFor();
  await page.getByRole('link', { name: 'Watch them' }).click();
  await chip(page, 'Completed 2').waitFor();
  await page.getByText('<b>second</b>').waitFor();
});
