/**
 * Makes the pictures of the README: `npm run build && node scripts/readme-screenshots.ts` starts a stack of its own, plays some tasks, and
 * writes docs/submit.png, docs/tasks.png and docs/task.png.
 */
import { mkdirSync, statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { Api } from '../tests/support/api.ts';
import { openBrowser } from '../tests/support/browser.ts';
import { startStack } from '../tests/support/stack.ts';

const folder = 'docs';
/** Pictures are part of every clone, so they stay small. Bytes. */
const largest = 200_000;

const cities =
  'city,country,inhabitants,area km²,founded\nBerlin,Germany,3677472,891.1,1237-10-28\nParis,France,2102650,105.4,\n' +
  'Oslo,Norway,709037,454.0,1048-01-01\nVienna,Austria,2005760,414.8,\nLisbon,Portugal,567131,100.1,1147-10-25\n';

const inOneHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** What went before: some tasks of each kind. Resolves with the ID of the one to be shown by itself. */
async function playEarlierTasks(api: Api): Promise<string> {
  const refund = await api.submit('echo', { message: 'Refund order 1043', failures: 9 }, { maxAttempts: 4, tags: ['orders'] }); // prettier-ignore
  const broken = await api.submit('summarize-csv', { csv: 'sku,price\nA-1,9.90\nA-2,12,50\n' }, { tags: ['import'] });
  const retried = await api.submit('echo', { message: 'Invoice 2024-118 sent', delayMs: 300, failures: 3 });
  const hello = await api.submit('echo', { message: 'Hello' });
  const summary = await api.submit('summarize-csv', { csv: cities }, { tags: ['census'] });
  for (const { id } of [refund, broken, retried, hello, summary]) await api.ended(id);
  const stopped = await api.submit('echo', { message: 'Not today' }, { scheduledFor: inOneHour() });
  await api.post(`/api/tasks/${stopped.id}/cancel`, '');
  await api.submit('echo', { message: 'Weekly report' }, { scheduledFor: inOneHour(), tags: ['weekly'] });
  return retried.id;
}

/** Submits a task in the form, and waits until its second attempt is half way. */
async function playTaskUnderWay(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Task type' }).click();
  await page.getByRole('option', { name: 'Echo a message' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Ship order 1044');
  await page.getByLabel('Delay (ms)').fill('5000');
  await page.getByLabel('Failures').fill('1');
  await page.getByRole('button', { name: 'Submit', exact: true }).click();
  const way = page.getByRole('region', { name: 'The way of your task' });
  await way.getByText('attempt 2 of 7', { exact: true }).waitFor();
  await way.getByText(/^(50|55|60|65) %$/).waitFor();
}

async function take(page: Page, name: string): Promise<void> {
  const path = `${folder}/${name}.png`;
  // The pointer would leave its mark.
  await page.mouse.move(0, 0);
  await page.screenshot({ path, animations: 'disabled' });
  const { size } = statSync(path);
  console.log(`${path}: ${Math.round(size / 1000)} kB`);
  if (size > largest) throw new Error(`${path} is larger than ${largest / 1000} kB.`);
}

const stack = await startStack();
const browser = await openBrowser();
try {
  mkdirSync(folder, { recursive: true });
  const shownTask = await playEarlierTasks(new Api(stack.baseUrl));
  const page = await browser.newPage();
  await page.goto(stack.baseUrl);
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await playTaskUnderWay(page);
  await take(page, 'submit');

  await page.getByRole('link', { name: 'Tasks', exact: true }).click();
  await page.getByRole('link', { name: 'Running 1' }).waitFor();
  await take(page, 'tasks');

  await page.goto(`${stack.baseUrl}/tasks/${shownTask}`);
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await page.getByText('Attempt 4', { exact: true }).waitFor();
  await take(page, 'task');
} finally {
  await browser.close();
  await stack.stop();
}
