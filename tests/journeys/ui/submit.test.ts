import type { Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { useBrowser } from '../../support/use-browser.ts';
import { chooseType, lastTasks, openOptions, openTask, rowOf, submitButton, theWay, untilEnded, untilLive } from './pages.ts'; // prettier-ignore
import { watchTexts } from './seen-texts.ts';

const browser = useBrowser();
const stack = useStack();

/** Texts of the cells below a table's header, row by row. */
async function tableRows(page: Page): Promise<string[][]> {
  const rows = await page.getByRole('region', { name: 'Result' }).getByRole('row').all();
  return Promise.all(rows.slice(1).map((row) => row.getByRole('cell').allInnerTexts()));
}

it('summarises the example and shows the result as a table', async () => {
  const page = await browser.open(stack().baseUrl);
  await untilLive(page);
  expect(new URL(page.url()).pathname).toBe('/submit');
  await lastTasks(page).getByText('None yet.').waitFor();
  await chooseType(page, 'Summarise a CSV');
  await page.getByRole('button', { name: 'Fill in the example' }).click();
  await submitButton(page).click();

  const id = await untilEnded(page);
  await theWay(page).getByText('Completed', { exact: true }).waitFor();
  await theWay(page).getByText('have the result').waitFor();
  expect(await rowOf(page, id).innerText()).toMatch(
    /^Completed\s+Summarise a CSV\s+city,inhabitants,founded\s+3 rows · 3 columns/,
  );

  await openTask(page);
  expect(await tableRows(page)).toEqual([
    ['city', 'text', '0', '3', '', '', ''],
    ['inhabitants', 'integer', '0', '3', '709,037', '3,677,472', '2,163,053'],
    ['founded', 'date', '1', '2', '1048-01-01', '1237-10-28', ''],
  ]);
});

it('shows the progress of a running task, in the picture and in the list', async () => {
  const page = await browser.open(stack().baseUrl);
  await untilLive(page);
  await chooseType(page, 'Echo a message');
  await page.getByRole('textbox', { name: 'Message' }).fill('patience');
  await page.getByLabel('Delay (ms)').fill('1500');
  const [way, list] = [await watchTexts(theWay(page)), await watchTexts(lastTasks(page))];
  await submitButton(page).click();
  await rowOf(page, await untilEnded(page))
    .getByText('patience')
    .waitFor();

  for (const texts of [await way.all(), await list.all()]) {
    const percents = [...new Set(texts.flatMap((text) => Number(/(\d+) %/.exec(text)?.[1] ?? [])))];
    expect(percents.length).toBeGreaterThanOrEqual(3);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(texts.some((text) => /Waited \d\.\d of 1\.5 s/.test(text))).toBe(true);
  }
});

it('shows the wait for a retry, each attempt, and the dead letter with its error in the end', async () => {
  const page = await browser.open(stack().baseUrl);
  await untilLive(page);
  await chooseType(page, 'Echo a message');
  await page.getByRole('textbox', { name: 'Message' }).fill('doomed');
  await page.getByLabel('Failures').fill('50');
  await openOptions(page);
  await page.getByLabel('Attempts at most').fill('5');
  const [way, list] = [await watchTexts(theWay(page)), await watchTexts(lastTasks(page))];
  await submitButton(page).click();

  const id = await untilEnded(page);
  const error = 'This echo was asked to fail 50 times; this was attempt 5.';
  await rowOf(page, id).getByText(error).waitFor();
  // Waits grow from 50 ms on: the one after the fourth attempt is long enough to be seen.
  const waiting = (await way.all()).filter((text) => text.includes('attempt 4 of 5 failed'));
  expect(waiting.some((text) => /Retrying.*next attempt (in|now)/.test(text))).toBe(true);
  expect((await list.all()).some((text) => text.includes('Retrying') && text.includes('4/5'))).toBe(true);
  await theWay(page).getByText('2 earlier failed attempts').waitFor();

  await openTask(page);
  const alert = page.getByRole('alert').filter({ hasText: 'It failed for good after attempt 5' });
  expect(await alert.innerText()).toContain(error);
  const attempts = page
    .getByRole('region', { name: 'Timeline' })
    .getByRole('listitem')
    .filter({ hasText: /^\s*Attempt \d/ });
  await attempts.nth(4).waitFor();
  expect(await attempts.count()).toBe(5);
  expect(await attempts.last().innerText()).toMatch(/Attempt 5\s+waited .*, dead-lettered/);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Tasks' }).click();
  await page.getByRole('link', { name: 'Dead-lettered 1' }).click();
  // The list before it had this row as well.
  await page.waitForFunction(() => document.querySelectorAll('main li[data-row]').length === 1);
  await rowOf(page, id).waitFor();
});

it('lets a running task be cancelled, seen in every window', async () => {
  const page = await browser.open(stack().baseUrl);
  const { id } = await new Api(stack().baseUrl).submit('echo', { message: 'too long', delayMs: 60_000 });
  await rowOf(page, id).getByText('Running').waitFor();
  const other = await browser.open(`${stack().baseUrl}/tasks/${id}`);
  await other.getByRole('button', { name: 'Cancel the task' }).click();
  await other.getByText('It is cancelled already.').waitFor();
  await rowOf(page, id).getByText('Cancelled').waitFor();
  expect(await other.getByRole('button', { name: 'Cancel the task' }).isDisabled()).toBe(true);
});

it('works by keyboard alone, from the choice of the type to the page of the task', async () => {
  const page = await browser.open(stack().baseUrl);
  await untilLive(page);
  const focused = page.locator(':focus');
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const tabTo = async (wanted: (text: string) => boolean) => {
    const name = () => focused.evaluate((e) => e.getAttribute('aria-label') ?? (e as HTMLInputElement).labels?.[0]?.textContent ?? e.textContent); // prettier-ignore
    for (let pressed = 0; pressed < 30; pressed += 1) {
      await press('Tab');
      if (wanted((await name()).trim())) return;
    }
    throw new Error('Tab does not lead there.');
  };

  await press('/', 'Enter');
  await page.getByRole('listbox').waitFor();
  await press('e');
  // Letters are collected for a moment; then the option that begins with them is marked.
  await page.getByRole('option', { name: 'Echo a message' }).and(page.locator('.mat-mdc-option-active')).waitFor();
  await press('Enter');
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await tabTo((name) => name.startsWith('Message'));
  await page.keyboard.type('typed ? / g t');
  await press('Control+Enter');
  const id = await untilEnded(page);
  await tabTo((name) => name === 'Echo a message');
  await press('Enter');
  await page.getByRole('region', { name: 'Result' }).getByText('typed ? / g t').waitFor();
  expect(page.url()).toBe(`${stack().baseUrl}/tasks/${id}`);

  await press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press('g', 't');
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  await press('/');
  await page.keyboard.type('typed');
  await page.waitForURL(/q=typed/);
});

it('shows a person who signs in their own tasks only', async () => {
  const page = await browser.open(stack().baseUrl);
  await untilLive(page);
  const api = new Api(stack().baseUrl);
  await api.submit('echo', { message: 'of the local user' });
  await lastTasks(page).getByText('of the local user').waitFor();

  await page.getByRole('button', { name: 'local-user' }).click();
  await page.getByRole('menuitem', { name: 'Sign in as someone else' }).click();
  await page.getByLabel('User name').fill('alice');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await untilLive(page);
  await page.getByRole('button', { name: 'alice' }).waitFor();
  await lastTasks(page).getByText('None yet.').waitFor();

  const [ofAlice, ofBob] = [await api.as('alice'), await api.as('bob')];
  await ofBob.ended((await ofBob.submit('echo', { message: 'of bob' })).id);
  const { id } = await ofAlice.submit('echo', { message: 'of alice' });
  await lastTasks(page).getByText('of alice').waitFor();
  expect(await lastTasks(page).getByRole('listitem').count()).toBe(1);
  await rowOf(page, id).click();
  await page.getByText('alice', { exact: true }).waitFor();
});
