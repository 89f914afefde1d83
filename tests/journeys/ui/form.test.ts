import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { useBrowser } from '../../support/use-browser.ts';
import { chooseType, lastTasks, openOptions, submitButton, theWay, untilEnded, untilLive } from './pages.ts';
import { watchTexts } from './seen-texts.ts';

const browser = useBrowser();
const stack = useStack({ settings: { UploadLimitBytes: '30000000' } });

const folder = mkdtempSync(join(tmpdir(), 'journey-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Picks a file of this content from disk. */
async function pick(page: Page, name: string, content: string | Buffer): Promise<void> {
  const path = join(folder, name);
  writeFileSync(path, content);
  await page.getByLabel('Choose a file').setInputFiles(path);
}

/** The submit page of a person of this name, with a form to echo a message. */
async function echoFormOf(user: string): Promise<{ api: Api; page: Page }> {
  const page = await browser.open(`${stack().baseUrl}/.auth/login/aad?user=${user}&post_login_redirect_uri=/`);
  await untilLive(page);
  await chooseType(page, 'Echo a message');
  return { api: await new Api(stack().baseUrl).as(user), page };
}

function field(page: Page, name: string) {
  return page.getByRole('textbox', { name, exact: true }).or(page.getByRole('spinbutton', { name, exact: true }));
}

/** The field and what is said at it. */
function around(page: Page, label: string) {
  return page.locator('mat-form-field').filter({ has: field(page, label) });
}

describe('faults', () => {
  it('that the schema finds stand at their fields, and nothing is sent', async () => {
    const { api, page } = await echoFormOf('anna');
    await field(page, 'Delay (ms)').fill('-5');
    await field(page, 'Failures').fill('51');
    await submitButton(page).click();
    await around(page, 'Message').getByText('Message is needed.').waitFor();
    await around(page, 'Delay (ms)').getByText('At least 0.').waitFor();
    await around(page, 'Failures').getByText('At most 50.').waitFor();
    await page.locator(':focus').and(field(page, 'Message')).waitFor();

    await field(page, 'Message').fill('{"a": 1');
    await around(page, 'Message').getByText('This begins like JSON but is not').waitFor();
    await field(page, 'Message').fill('{"a": 1}');
    await around(page, 'Message').getByText('Sent as JSON: an object.').waitFor();
    await field(page, 'Delay (ms)').fill('5');
    await around(page, 'Delay (ms)').getByText('How long each attempt takes.').waitFor();
    expect(await api.list()).toEqual([]);

    await field(page, 'Failures').fill('0');
    await submitButton(page).click();
    await lastTasks(page).getByText('{"a":1}').waitFor();
  });

  it('that the server finds stand at their fields, also in the folded part, until these change', async () => {
    browser.mayComplain(/status of 400/);
    const { api, page } = await echoFormOf('ben');
    await field(page, 'Message').fill('later');
    await openOptions(page);
    await field(page, 'Not before').fill('2099-01-01T00:00');
    await field(page, 'Tags').fill(`fine, ${'x'.repeat(51)}`);
    await openOptions(page);
    await field(page, 'Tags').waitFor({ state: 'hidden' });

    await submitButton(page).click();
    await field(page, 'Tags').waitFor();
    const said = await around(page, 'Tags').getByText('50').innerText();
    expect(said).toMatch(/at most 50|<=50/i);
    expect(await field(page, 'Tags').getAttribute('aria-invalid')).toBe('true');

    await field(page, 'Tags').fill('fine');
    await around(page, 'Tags').getByText('Words to find it by').waitFor();
    await submitButton(page).click();
    await page.locator(':focus').and(field(page, 'Not before')).waitFor();
    expect(await around(page, 'Not before').getByText('Empty: at once.').isVisible()).toBe(false);
    expect(await api.list()).toEqual([]);

    await field(page, 'Not before').fill('');
    await submitButton(page).click();
    await untilEnded(page);
    expect(await api.list()).toMatchObject([{ tags: ['fine'], result: { message: 'later' } }]);
  });

  it('of a broken file name its line', async () => {
    const { page } = await echoFormOf('bruno');
    await chooseType(page, 'Summarise a CSV');
    await pick(page, 'broken.csv', 'a,b\n1,2\n3,4,5\n');
    await submitButton(page).click();
    await untilEnded(page);
    await lastTasks(page).getByText('Dead-lettered').waitFor();
    await lastTasks(page)
      .getByText(/Line 3/)
      .waitFor();
    await theWay(page).getByRole('link').click();
    await page.getByRole('alert').getByText(/Line 3/).waitFor(); // prettier-ignore
  });
});

describe('what was typed', () => {
  it('is there again after a reload, for each type', async () => {
    const { page } = await echoFormOf('carl');
    await field(page, 'Message').fill('unfinished');
    await page.getByRole('checkbox').check();
    await openOptions(page);
    await field(page, 'Tags').fill('one, two');
    await chooseType(page, 'Summarise a CSV');
    await field(page, 'CSV').fill('a,b\n1,2');

    await page.reload();
    await page.getByRole('combobox', { name: 'Task type' }).getByText('Summarise a CSV').waitFor();
    expect(await field(page, 'CSV').inputValue()).toBe('a,b\n1,2');
    await chooseType(page, 'Echo a message');
    expect(await field(page, 'Message').inputValue()).toBe('unfinished');
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
    await openOptions(page);
    expect(await field(page, 'Tags').inputValue()).toBe('one, two');
  });

  it('is still there when the task could not be taken, and goes through afterwards', async () => {
    browser.mayComplain(/ERR_INTERNET_DISCONNECTED/);
    const { api, page } = await echoFormOf('dora');
    await field(page, 'Message').fill('patient');
    await page.context().setOffline(true);
    await submitButton(page).click();
    await page.getByRole('alert').getByText('The task was not taken').waitFor();
    expect(await field(page, 'Message').inputValue()).toBe('patient');

    await page.context().setOffline(false);
    await submitButton(page).click();
    await untilEnded(page);
    expect(await api.list()).toHaveLength(1);
  });
});

describe('submitting twice', () => {
  it('by a double click, a second press or a reload makes one task', async () => {
    const { api, page } = await echoFormOf('emil');
    await field(page, 'Message').fill('once');
    await submitButton(page).dblclick();
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Control+Enter');
    await untilEnded(page);
    await page.reload();
    await untilLive(page);
    await submitButton(page).click();
    await page.getByRole('button', { name: 'Submitted' }).waitFor();
    expect(await api.list()).toHaveLength(1);
    expect(await lastTasks(page).getByRole('listitem').count()).toBe(1);
  });

  it('on purpose makes two', async () => {
    const { api, page } = await echoFormOf('finn');
    await field(page, 'Message').fill('twice');
    await submitButton(page).click();
    await page.getByRole('button', { name: 'Submit again' }).click();
    await lastTasks(page).getByRole('listitem').nth(1).waitFor();
    expect(await api.list()).toHaveLength(2);
  });
});

describe('a file', () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => `${n},name ${n},${n / 4}`);
  const large = `id,name,share\n${rows.join('\n')}\n`;

  it('picked from disk is summarised, and its rows are counted on the way', async () => {
    const { page } = await echoFormOf('gina');
    await chooseType(page, 'Summarise a CSV');
    await pick(page, 'large.csv', large);
    await page.getByText('large.csv').waitFor();
    await submitButton(page).click();
    await untilEnded(page);
    await lastTasks(page).getByText('20,000 rows · 3 columns').waitFor();
  });

  it('dropped onto the field is taken, and can be removed', async () => {
    const { page } = await echoFormOf('hans');
    await chooseType(page, 'Summarise a CSV');
    const transfer = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }));
      return data;
    }, 'a,b\n1,2\n3,4\n');
    for (const event of ['dragover', 'drop']) await field(page, 'CSV').dispatchEvent(event, { dataTransfer: transfer });
    await page.getByText('dropped.csv').waitFor();
    await submitButton(page).click();
    await untilEnded(page);
    await lastTasks(page).getByText('2 rows · 2 columns').waitFor();

    await page.getByRole('button', { name: 'Remove the file' }).click();
    expect(await field(page, 'CSV').inputValue()).toBe('');
  });

  it('over the limit is refused before it is sent, with its size and the limit', async () => {
    const { api, page } = await echoFormOf('ida');
    await chooseType(page, 'Summarise a CSV');
    await pick(page, 'huge.csv', Buffer.alloc(100_600_000, 'a,b\n'));
    await page.getByText('huge.csv has 100.6 MB; at most 100 MB can be sent.').waitFor();
    await submitButton(page).click();
    expect(await api.list()).toEqual([]);

    await pick(page, 'large.csv', large);
    await page.getByText('huge.csv').waitFor({ state: 'detached' });
    await submitButton(page).click();
    await untilEnded(page);
  });

  it('that is over the limit only as JSON is refused by the server, with the limit', async () => {
    browser.mayComplain(/status of 413/);
    const { api, page } = await echoFormOf('jon');
    await chooseType(page, 'Summarise a CSV');
    await pick(page, 'quotes.csv', Buffer.alloc(20_000_000, '"a"\n'));
    await page.getByText('20 MB').waitFor();
    await submitButton(page).click();
    const alert = page.getByRole('alert').filter({ hasText: 'The task was not taken' });
    expect(await alert.innerText()).toMatch(/may have 30,000,000 bytes/);
    expect(await api.list()).toEqual([]);
  });

  it('too large for a request is uploaded to the storage, and its payload can be downloaded', async () => {
    const { api, page } = await echoFormOf('kim');
    await chooseType(page, 'Summarise a CSV');
    await pick(page, 'larger.csv', `a,b\n${'1,some text that fills a row\n'.repeat(500_000)}`);
    await page.getByText('14.5 MB').waitFor();
    const words = await watchTexts(page.locator('form'));
    await submitButton(page).click();
    await untilEnded(page);
    expect((await words.all()).some((text) => /Uploading … \d+%/.test(text))).toBe(true);
    await lastTasks(page).getByText('500,000 rows · 2 columns').waitFor();

    const [task] = await api.list();
    expect(task!.payloadBytes).toBeGreaterThan(10_000_000);
    await theWay(page).getByRole('link').click();
    await page.getByRole('tab', { name: /^Payload/ }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save it' }).click();
    const path = await (await downloading).path();
    expect(statSync(path).size).toBe(task!.payloadBytes);
  });
});
