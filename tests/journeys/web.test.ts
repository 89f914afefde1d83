import type { Page } from 'playwright-core';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { useStack } from '../support/stack.ts';

let browser: TestBrowser;
afterAll(() => browser?.close());
const stack = useStack();
beforeAll(async () => {
  browser = await openBrowser();
});

let pages: Page[] = [];
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
});

async function open(path: string, options: Parameters<TestBrowser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  pages.push(page);
  page.setDefaultTimeout(20_000);
  await page.goto(stack().baseUrl + path);
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
}

interface Echo {
  readonly message: string;
  readonly delayMs?: number;
  readonly failures?: number;
  readonly attempts?: number;
}

async function submitEcho(page: Page, { message, delayMs, failures, attempts }: Echo): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(message);
  if (delayMs !== undefined) await page.getByLabel('Delay').fill(String(delayMs));
  if (failures !== undefined) await page.getByLabel('Failures').fill(String(failures));
  if (attempts !== undefined) {
    await page.getByText('When, retries, tags').click();
    await page.getByLabel('Attempts at most').fill(String(attempts));
  }
  await page.getByRole('button', { name: /^Submit/ }).click();
}

const way = (page: Page) => page.getByRole('region', { name: 'The way of your task' });
const untilState = (page: Page, word: string) => way(page).getByText(word, { exact: true }).waitFor();
const firstRow = (page: Page) =>
  page
    .getByRole('listitem')
    .filter({ has: page.getByRole('link') })
    .first();
const widthOf = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth');

describe('a person in the browser', () => {
  it('submits a CSV, watches it finish, and reads its result as a table', async () => {
    const page = await open('/');
    expect(new URL(page.url()).pathname).toBe('/submit');
    await page.getByRole('combobox', { name: 'Task type' }).click();
    await page.getByRole('option', { name: /Summarise a CSV/ }).click();
    await page.getByLabel('CSV').fill('city,people\nOslo,709037\nParis,2102650\n');
    await page.getByLabel('CSV').press('Control+Enter');
    await untilState(page, 'Completed');
    await way(page).getByText('From your click to your screen').waitFor();
    await way(page).getByRole('link', { name: 'Summarise a CSV' }).click();
    await page.getByRole('cell', { name: '1,405,843.5' }).waitFor();
    const rows = await page.getByRole('table').getByRole('row').allInnerTexts();
    expect(rows.map((row) => row.split('\t')[0])).toEqual(['name', 'city', 'people']);
  });

  it('sees progress, a failed attempt, and the retry that succeeds', async () => {
    const page = await open('/submit?type=echo');
    await submitEcho(page, { message: 'second time lucky', delayMs: 800, failures: 1 });
    await untilState(page, 'Running');
    await way(page).getByRole('progressbar').waitFor();
    await way(page).getByText('Attempt 1 failed').waitFor();
    await untilState(page, 'Completed');
    await way(page).getByText('Attempt 2 completed').waitFor();
    expect(await firstRow(page).innerText()).toMatch(/second time lucky/);
  });

  it('sees a task fail until it is dead-lettered, with the reason', async () => {
    const page = await open('/submit?type=echo');
    await submitEcho(page, { message: 'never', failures: 50, attempts: 3 });
    await untilState(page, 'Dead-lettered');
    await page.getByRole('link', { name: 'All tasks' }).click();
    await page.getByRole('link', { name: /Dead-lettered \d/ }).click();
    expect(await firstRow(page).innerText()).toMatch(/asked to fail 50 times.*3\/3/s);
    await firstRow(page).click();
    await page.getByText('It failed for good after attempt 3').waitFor();
    await page.getByText(/waited .* ran .* dead-lettered/).waitFor();
    expect(await page.getByText(/waited .* ran .* failed/).count()).toBe(2);
    expect(await page.getByRole('button', { name: 'Cancel the task' }).isDisabled()).toBe(true);
  });

  it('finds faults at their fields, the server’s as well as the schema’s', async () => {
    const page = await open('/submit?type=echo');
    await submitEcho(page, { message: 'x', delayMs: -1 });
    await page.getByText('At least 0.').waitFor();
    await page.getByLabel('Delay').fill('1');
    await page.getByText('When, retries, tags').click();
    await page.getByLabel('Tags').fill('x'.repeat(60));
    await page.getByRole('button', { name: /^Submit/ }).click();
    await page.locator('mat-form-field', { hasText: 'Tags' }).locator('mat-error').waitFor();
  });

  it('finds what was typed again after a reload', async () => {
    const page = await open('/submit?type=echo');
    await page.getByRole('textbox', { name: 'Message' }).fill('half a thought');
    await page.reload();
    expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('half a thought');
  });

  it('sees in one window what is done in another', async () => {
    const list = await open('/tasks');
    const form = await open('/submit?type=echo');
    await submitEcho(form, { message: 'seen in both' });
    await list.getByText('seen in both').waitFor();
  });

  it('cancels a task that runs', async () => {
    const page = await open('/submit?type=echo');
    await submitEcho(page, { message: 'too long', delayMs: 60_000 });
    await untilState(page, 'Running');
    await way(page).getByRole('link', { name: 'Echo a message' }).click();
    await page.getByRole('button', { name: 'Cancel the task' }).click();
    await page.getByText('Cancelled', { exact: true }).waitFor();
    await page.getByText('It is cancelled already.').waitFor();
  });

  it('works by keyboard alone, at the width of a phone, and nothing sticks out', async () => {
    const page = await open('/submit?type=echo', { width: 360, height: 740, colorScheme: 'dark' });
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('/');
    for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
    await page.keyboard.type('<img src=x onerror=alert(1)>');
    await page.keyboard.press('Control+Enter');
    await untilState(page, 'Completed');
    expect(await widthOf(page)).toBe(360);
    await page.keyboard.press('Escape');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await firstRow(page).getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await widthOf(page)).toBe(360);
    await firstRow(page).getByRole('link').press('Enter');
    await page.getByText('"<img src=x onerror=alert(1)>"').waitFor();
    expect(await widthOf(page)).toBe(360);
  });

  it('meets no error and no blocked script on all these ways', () => {
    // The refused submission above is answered by 400, which the browser writes to its console.
    expect(browser.complaints.filter((text) => !text.includes('400 (Bad Request)'))).toEqual([]);
  });

  it('is told when the connection is lost, and then catches up with all that happened, each once', async () => {
    const page = await open('/submit?type=echo');
    await submitEcho(page, { message: 'through the storm', delayMs: 1500, failures: 1 });
    await untilState(page, 'Running');
    await stack().kill('services');
    await page.getByText('Offline', { exact: true }).waitFor();
    await stack().untilRestarted('services');
    await untilState(page, 'Completed');
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await way(page).getByText('Attempt 1 failed').count()).toBe(1);
    expect(await page.getByText('through the storm').count()).toBe(1);
  });
});
