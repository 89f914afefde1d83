import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { SchedulePage } from '../../../contracts/schedule.ts';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { artifacts, useBrowser } from '../../support/use-browser.ts';
import { accessibilityFaults } from './accessibility.ts';
import { overflow, untilLive } from './pages.ts';

jest.setTimeout(180_000);

const browser = useBrowser();
const stack = useStack();
const hostile = '<img src=x onerror="document.title=1">';

beforeAll(() => void mkdirSync(artifacts, { recursive: true }));

const widths = [1280, 360] as const;

/** A page of somebody of their own, who sees only what is theirs. */
async function openAs(user: string, path: string, width: number): Promise<{ api: Api; page: Page }> {
  const api = await new Api(stack().baseUrl).as(user, 'user');
  const target = encodeURIComponent(path);
  const address = `${stack().baseUrl}/.auth/login/aad?user=${user}&roles=user&post_login_redirect_uri=${target}`;
  const page = await browser.open(address, { width, height: 800, colorScheme: width === 360 ? 'dark' : 'light' });
  await untilLive(page);
  return { api, page };
}

/** The page fits its window and has no fault that a machine finds; its picture is kept. */
async function expectFine(page: Page, name: string, width: number): Promise<void> {
  expect({ name, overflow: await overflow(page) }).toEqual({ name, overflow: 0 });
  expect({ name, faults: await accessibilityFaults(page) }).toEqual({ name, faults: [] });
  await page.screenshot({ path: join(artifacts, `${name}-${width}.png`), animations: 'disabled', fullPage: true });
}

describe.each(widths)('in a window %d pixels wide', (width) => {
  it('dead letters are grouped, looked into, edited, tried out, replayed and discarded', async () => {
    const { api, page } = await openAs(`dora${width}`, '/dead-letters', width);
    await page.getByText('Nothing has failed for good').waitFor();
    await expectFine(page, 'dead-letters-none', width);

    const failing = { message: hostile, failures: 9 };
    const sent = Array.from({ length: 12 }, () => api.submit('echo', failing, { maxAttempts: 1, tags: ['import'] }));
    const dead = await Promise.all(sent);
    await api.submit('summarize-csv', { csv: 'a,b\n1,2,3\n' });
    for (const { id } of dead) await api.ended(id);
    const groups = page.getByRole('list', { name: 'Groups of errors' });
    await groups.getByText('12', { exact: true }).waitFor();
    await groups.getByText('Line 2 has 3 fields').waitFor();
    await expectFine(page, 'dead-letters', width);

    await groups.getByText('This echo was asked to fail 9 times').click();
    await page.getByRole('heading', { level: 1, name: /This echo was asked/ }).waitFor();
    await page.getByRole('region', { name: 'Affected tasks, newest first' }).getByRole('button').first().click();
    await page.getByText(JSON.stringify(hostile)).waitFor();
    await page.getByText(/is shown to people with the role “operator”/).waitFor();
    await expectFine(page, 'dead-letters-group', width);

    await page.getByRole('link', { name: 'Replay all of them …' }).click();
    await page.getByRole('button', { name: 'Edit the payloads first' }).click();
    const payload = page.getByRole('textbox', { name: /Payload of one of them/ });
    await payload.fill(JSON.stringify({ message: hostile, failures: 0 }));
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText(/12\s+of 12 would be replayed/).waitFor();
    await expectFine(page, 'dead-letters-plan', width);
    await page.getByRole('button', { name: 'Start the replay' }).click();

    await page.getByRole('heading', { name: 'Replay of 12 dead letters' }).waitFor();
    await page.getByText('All of them ended well.').waitFor();
    await expectFine(page, 'dead-letters-replay', width);
    expect(await api.task(dead[0]!.id)).toMatchObject({ state: 'completed', result: { message: hostile } });
    expect(await page.locator('main img').count()).toBe(0);

    await page.getByRole('main').getByRole('link', { name: 'Dead letters' }).click();
    await page.getByRole('list', { name: 'Replays' }).getByText('Done').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Discard …' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('Not ours');
    await page.getByRole('checkbox', { name: 'Yes, discard them' }).check();
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByText('1 discarded, 0 left as they were.').waitFor();
    await page.getByText('Nothing has failed for good').waitFor();
  });

  it('a schedule is made, seen to run, paused, and its deletion taken back', async () => {
    const { api, page } = await openAs(`sam${width}`, '/schedules', width);
    await page.getByText('Nothing runs by itself yet').waitFor();
    await page.getByRole('link', { name: 'Make the first one' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill(hostile);
    await page.getByRole('textbox', { name: 'Cron expression' }).fill('61 * * * *');
    await page.getByText(/Not a cron expression/).waitFor();
    await page.getByRole('textbox', { name: 'Cron expression' }).fill('30 2 29 2 *');
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Europe/Berlin');
    const next = page.getByRole('region', { name: 'The next five runs' });
    await next.getByText(/02:30/).nth(4).waitFor(); // prettier-ignore
    browser.mayComplain(/status of 400/);
    await expectFine(page, 'schedules-new', width);
    await page.getByRole('button', { name: 'Make the schedule' }).click();

    await page.getByRole('heading', { name: hostile }).waitFor();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('region', { name: 'Runs, newest first' }).getByText('Completed').waitFor();
    await expectFine(page, 'schedules-one', width);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Nothing runs until it is resumed.').waitFor();

    await page.getByRole('main').getByRole('link', { name: 'Schedules' }).click();
    const row = page.getByRole('listitem').filter({ hasText: hostile });
    await row.getByText('Paused').waitFor();
    await row.getByText('Completed').waitFor();
    await expectFine(page, 'schedules', width);
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByText('Nothing runs by itself yet').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    expect((await api.call<SchedulePage>('/api/schedules')).body.schedules).toMatchObject([
      { name: hostile, paused: true },
    ]);
  });

  it('the overview shows every chart at the moment pointed at, and leads to its tasks', async () => {
    const { api, page } = await openAs(`otto${width}`, '/overview?window=5m', width);
    await page.getByText('Of your own tasks.').waitFor();
    await api.ended((await api.submit('echo', { message: 1 })).id);
    await api.ended((await api.submit('echo', { message: 2, permanent: true })).id);
    await page.getByRole('region', { name: 'Failures by type' }).getByText('Echo a message').waitFor();
    await page
      .getByRole('region', { name: 'Last incidents' })
      .getByText('This echo was asked to fail for good.')
      .waitFor();
    const throughput = page.getByRole('group', { name: 'Throughput' });
    await throughput.locator('canvas').waitFor();
    await expectFine(page, 'overview', width);

    const { width: across = 0 } = (await throughput.locator('canvas').boundingBox()) ?? {};
    await throughput.locator('canvas').hover({ position: { x: across / 2, y: 60 } });
    await page.getByText('click to see its tasks').waitFor();
    await page.getByText('The figures as a table').click();
    const link = page.getByRole('table').getByRole('link').first();
    expect(await link.getAttribute('href')).toMatch(/^\/tasks\?from=.*&to=/);
    await throughput.locator('canvas').click({ position: { x: across / 2, y: 60 } });
    await page.waitForURL(/\/tasks\?from=/);
  });
});
