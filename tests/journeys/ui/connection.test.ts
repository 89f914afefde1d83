import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
import { intercept } from '../../support/intercept.ts';
import { useStack } from '../../support/stack.ts';
import { artifacts, useBrowser } from '../../support/use-browser.ts';
import { accessibilityFaults } from './accessibility.ts';
import { indicator, overflow, rowOf, untilLive } from './pages.ts';
import { watchTexts } from './seen-texts.ts';

const browser = useBrowser();
const stack = useStack();
let local: Api;
beforeAll(() => void (local = new Api(stack().baseUrl)));

/** The list of tasks of a person who has none yet. */
async function listOf(user: string): Promise<{ api: Api; page: Page }> {
  const page = await browser.open(`${stack().baseUrl}/.auth/login/aad?user=${user}&post_login_redirect_uri=/tasks`);
  await untilLive(page);
  await page.getByText('No tasks yet').waitFor();
  return { api: await local.as(user), page };
}

/** IDs of the tasks listed, from top to bottom. */
async function listed(page: Page): Promise<string[]> {
  const links = await page.getByRole('main').getByRole('listitem').getByRole('link').all();
  const addresses = await Promise.all(links.map((link) => link.getAttribute('href')));
  return addresses.map((address) => address!.split('/').at(-1)!);
}

const untilOffline = (page: Page) => indicator(page).getByText(/^Offline/).waitFor(); // prettier-ignore
const untilSchedules = (page: Page) => page.getByRole('heading', { name: 'Schedules', exact: true }).waitFor();
const untilCompleted = (page: Page, id: string) => rowOf(page, id).getByText('Completed').waitFor();

it('sends receipts after a reload that could not be sent before', async () => {
  browser.mayComplain(/ERR_FAILED/);
  const { api, page } = await listOf('rea');
  const { id } = await api.submit('echo', { message: 'seen, but not told', delayMs: 600_000 });
  const letThrough = await intercept(page, '**/api/receipts', (route) => route.abort());
  await rowOf(page, id).click();
  await page.getByRole('button', { name: 'Tell me when it ends' }).click();
  await page.getByRole('link', { name: 'Schedules' }).click();
  await untilSchedules(page);
  // It ends when the page is ready for that, however long that has taken.
  const tried = page.waitForRequest('**/api/receipts');
  await api.post(`/api/tasks/${id}/cancel`, '');
  await tried;
  expect((await api.task(id)).receipts).toBeUndefined();
  letThrough();
  await page.reload();
  const told = await api.until(id, ({ receipts }) => receipts !== undefined);
  expect(told.receipts).toMatchObject([{ user: 'rea', isYou: true }]);
});

describe('when the network goes', () => {
  it.each([1280, 360])('says when it tries again, and does so at once when asked to, %d pixels wide', async (width) => {
    browser.mayComplain(/ERR_FAILED/);
    const page = await browser.open('about:blank', { width });
    const letThrough = await intercept(page, '**/api/negotiate', (route) => route.abort());
    await page.goto(`${stack().baseUrl}/tasks`);
    const banner = page.getByRole('banner');
    await banner.getByText(/^in ([4-9]|\d\d)(\.\d)? s$/).waitFor();
    const retry = banner.getByRole('button', { name: 'Retry now' });
    expect({ overflow: await overflow(page), faults: await accessibilityFaults(page) }).toEqual({ overflow: 0, faults: [] }); // prettier-ignore
    mkdirSync(artifacts, { recursive: true });
    await page.screenshot({ path: join(artifacts, `offline-${width}.png`) });
    await banner.getByText(/^in ([4-9]|\d\d)(\.\d)? s$/).waitFor();
    letThrough();
    await Promise.all([page.waitForRequest('**/api/negotiate', { timeout: 3_000 }), retry.click()]);
    await untilLive(page);
    await retry.waitFor({ state: 'detached' });
  });

  it('says so, and shows what happened meanwhile once when it is back', async () => {
    browser.mayComplain(/ERR_INTERNET_DISCONNECTED/);
    const { api, page } = await listOf('nora');
    const first = await api.submit('echo', { message: 'before' });
    await untilCompleted(page, first.id);
    const underWay = await api.submit('echo', { message: 'under way', delayMs: 2_000, failures: 1 });
    await rowOf(page, underWay.id).getByText('Running').waitFor();

    await page.context().setOffline(true);
    await untilOffline(page);
    const meanwhile = [await api.submit('echo', { message: 1 }), await api.submit('echo', { message: 2, failures: 1 })];
    for (const { id } of [underWay, ...meanwhile]) expect((await api.ended(id)).state).toBe('completed');
    expect(await listed(page)).toEqual([underWay.id, first.id]);
    expect(await rowOf(page, underWay.id).getByText('Running').isVisible()).toBe(true);

    const words = await watchTexts(indicator(page));
    await page.context().setOffline(false);
    for (const { id } of [underWay, ...meanwhile]) await untilCompleted(page, id);
    await untilLive(page);
    expect((await words.all()).some((text) => text.startsWith('Catching up'))).toBe(true);
    expect(await listed(page)).toEqual([meanwhile[1]!.id, meanwhile[0]!.id, underWay.id, first.id]);
    await page.getByRole('link', { name: 'Completed 4' }).waitFor();

    await rowOf(page, underWay.id).click();
    const attempts = page.getByRole('region', { name: 'Timeline' }).getByText(/^Attempt \d$/);
    await attempts.nth(1).waitFor();
    expect(await attempts.allInnerTexts()).toEqual(['Attempt 1', 'Attempt 2']);
  });

  it('notices that also when what it asked for in that moment was still answered', async () => {
    browser.mayComplain(/ERR_INTERNET_DISCONNECTED/);
    const { page } = await listOf('luca');
    const letThrough = await intercept(page, '**/api/events?*', (route) => {
      letThrough();
      const cursor = new URL(route.request().url()).searchParams.get('after');
      return route.fulfill({ json: { events: [], cursor } });
    });
    await page.context().setOffline(true);
    await untilOffline(page);
  });

  it('keeps showing the timeline of the open task from where it was lost', async () => {
    browser.mayComplain(/ERR_INTERNET_DISCONNECTED/);
    const { api, page } = await listOf('tim');
    const { id } = await api.submit('echo', { message: 'long', delayMs: 1_000, failures: 1 });
    await rowOf(page, id).click();
    await page.getByRole('region', { name: 'Timeline' }).getByText('Attempt 1', { exact: true }).waitFor();

    await page.context().setOffline(true);
    await untilOffline(page);
    await api.ended(id);
    await page.context().setOffline(false);
    await page.getByRole('region', { name: 'Result' }).getByText('"long"').waitFor();
    const attempts = page.getByRole('region', { name: 'Timeline' }).getByText(/^Attempt \d$/);
    expect(await attempts.allInnerTexts()).toEqual(['Attempt 1', 'Attempt 2']);
  });
});

describe('a page that was not opened before', () => {
  const enter = async (page: Page, user: string) => {
    await page.goto(`${stack().baseUrl}/.auth/login/aad?user=${user}&post_login_redirect_uri=/tasks`);
    await untilLive(page);
  };
  /** As somebody has it who asks the browser to save data: nothing is fetched ahead. */
  async function savingPage(user: string): Promise<Page> {
    const page = await browser.open('about:blank');
    await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
    await enter(page, user);
    return page;
  }
  const openSchedules = (page: Page) => page.getByRole('link', { name: 'Schedules', exact: true }).click();

  it('is fetched ahead, so that it opens while the network is away', async () => {
    browser.mayComplain(/ERR_INTERNET_DISCONNECTED/);
    const page = await browser.open('about:blank');
    const isWanted = async (address: string) =>
      address.endsWith('.js') && (await (await fetch(address)).text()).includes('Nothing runs by itself yet');
    const fetched = page.waitForResponse((answer) => isWanted(answer.url()));
    await enter(page, 'pre');
    // Resolves when what the script imports in its turn is there as well.
    await page.evaluate(`import(${JSON.stringify((await fetched).url())}).then(() => true)`);
    await page.context().setOffline(true);
    await untilOffline(page);
    await openSchedules(page);
    await untilSchedules(page);
  });

  it('says so when it cannot be fetched, and comes when it is asked for again', async () => {
    browser.mayComplain(/ERR_INTERNET_DISCONNECTED/);
    const page = await savingPage('off');
    await page.context().setOffline(true);
    await openSchedules(page);
    await page.getByText('This page could not be fetched.').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await untilSchedules(page);
  });

  it('is loaded from the server where a newer version has taken the place of this one', async () => {
    browser.mayComplain(/ERR_FAILED/);
    const page = await savingPage('old');
    await page.evaluate(() => document.body.setAttribute('data-version', 'old'));
    const letThrough = await intercept(page, '**/*.js', (route) => {
      letThrough();
      return route.abort();
    });
    await openSchedules(page);
    await untilSchedules(page);
    await page.locator('body:not([data-version])').waitFor();
  });
});

it('comes back by itself when SignalR and the broker are killed, and shows nothing twice', async () => {
  browser.mayComplain(/WebSocket|ERR_CONNECTION_REFUSED|status of 50[023]/);
  const { api, page } = await listOf('kim');
  const underWay = await api.submit('echo', { message: 'under way', delayMs: 2_000 });
  await rowOf(page, underWay.id).getByText('Running').waitFor();

  const words = await watchTexts(page.getByRole('banner'));
  await stack().kill('services');
  await untilOffline(page);
  await stack().untilRestarted('services');
  const after = await api.submit('echo', { message: 'after' });
  for (const { id } of [underWay, after]) await untilCompleted(page, id);
  await untilLive(page);
  expect((await words.all()).some((text) => /Offline ?retrying (in|now)/.test(text))).toBe(true);
  expect(await listed(page)).toEqual([after.id, underWay.id]);

  const live = await api.submit('echo', { message: 'live again' });
  await untilCompleted(page, live.id);
  expect(await listed(page)).toEqual([live.id, after.id, underWay.id]);
});
