import type { Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { useBrowser } from '../../support/use-browser.ts';
import { accessibilityFaults } from './accessibility.ts';
import { openOptions, rowOf, untilLive } from './pages.ts';

const browser = useBrowser();
const stack = useStack();
let completed: string;
let dead: string;

beforeAll(async () => {
  const api = new Api(stack().baseUrl);
  completed = (await api.submit('summarize-csv', { csv: 'city,people\nOslo,709037\n' }, { tags: ['census'] })).id;
  dead = (await api.submit('echo', { message: 'no', failures: 1 }, { maxAttempts: 1, tags: ['urgent'] })).id;
  await Promise.all([api.ended(completed), api.ended(dead)]);
  await api.submit('echo', { message: 'later' }, { scheduledFor: new Date(Date.now() + 3_600_000).toISOString() });
  const code = 'See https://example.com and `npm test`:\n```\nnpm start\n```';
  await Promise.all([code, completed].map(async (text) => api.ended((await api.submit('chat-message', { text })).id)));
  const nightly = { name: 'Nightly', cron: '0 3 * * *', type: 'echo', payload: { message: 1 } };
  expect((await api.post('/api/schedules', nightly)).status).toBe(201);
});

interface Place {
  readonly path: string;
  /** Resolves when the page shows what it is about. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).first().waitFor();
const places: Record<string, () => Place> = {
  submit: () => ({ path: '/submit', ready: openOptions }),
  tasks: () => ({ path: '/tasks', ready: (page) => rowOf(page, dead).waitFor() }),
  'a completed task': () => ({ path: `/tasks/${completed}`, ready: heading('Timeline') }),
  'a dead letter': () => ({ path: `/tasks/${dead}`, ready: heading('Timeline') }),
  'dead letters': () => ({ path: '/dead-letters', ready: heading('Dead letters') }),
  schedules: () => ({ path: '/schedules', ready: (page) => page.getByText('Nightly').first().waitFor() }),
  overview: () => ({ path: '/overview', ready: heading('Overview') }),
  'the history': () => ({ path: '/history', ready: (page) => rowOf(page, dead).waitFor() }),
  chat: () => ({ path: '/chat/general', ready: (page) => page.getByRole('article').last().waitFor() }),
  'the rooms of the chat': () => ({
    path: '/chat',
    ready: (page) => page.getByRole('link', { name: /general/ }).waitFor(),
  }),
  settings: () => ({ path: '/settings', ready: heading('What you may do') }),
  'a page that is not there': () => ({ path: '/nowhere', ready: heading('There is no such page') }),
};

describe.each([
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 360 },
] as const)('in $colorScheme, $width pixels wide', (look) => {
  it.each(Object.keys(places))('can be used by everybody, as far as axe knows: %s', async (name) => {
    const { path, ready } = places[name]!();
    const page = await browser.open(`${stack().baseUrl}${path}`, look);
    await untilLive(page);
    await ready(page);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('so can be the palette and the list of keys', async () => {
    const page = await browser.open(`${stack().baseUrl}/settings`, look);
    await untilLive(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: /^Go to Tasks/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page
    .locator(':focus')
    .and(page.getByRole('combobox', { name: 'Find anything' }))
    .waitFor();
}

it('lets a person who has only a keyboard get around, find a task and come back', async () => {
  const page = await browser.open(`${stack().baseUrl}/tasks`);
  await untilLive(page);
  await page.keyboard.press('Tab');
  await page.locator(':focus').getByText('Skip to the content').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('main:focus').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.getByRole('heading', { name: 'Dead letters', level: 1 }).waitFor();
  await openPalette(page);
  await page.keyboard.type(dead);
  await page.getByRole('option', { name: `Open task ${dead}` }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/tasks/${dead}`);
  await openPalette(page);
  await page.keyboard.type('dark theme');
  await page.getByRole('option', { name: 'Use the dark theme', selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('html[style*="dark"]').waitFor({ state: 'attached' });
});

it('loses no letter that is typed before the palette is there', async () => {
  const page = await browser.open(`${stack().baseUrl}/submit`);
  await untilLive(page);
  await page.route(/\.js$/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('go to x');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('sched');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor();
});

it.each([
  ['the list of keys', '?'],
  ['the palette', 'Control+k'],
])('opens the palette when it is asked for while %s is still closing', async (_, keys) => {
  const page = await browser.open(`${stack().baseUrl}/settings`);
  await untilLive(page);
  const place = page.getByRole('link', { name: 'Schedules', exact: true });
  await place.focus();
  await page.keyboard.press(keys);
  await page.locator('[role=dialog]:focus-within').waitFor();
  // Within the page: keys that the browser is told to press one by one may come when it has closed already.
  await page.evaluate(async () => {
    const press = (init: KeyboardEventInit) =>
      document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }));
    press({ key: 'Escape', keyCode: 27 });
    await new Promise((resolve) => setTimeout(resolve));
    press({ key: 'k', ctrlKey: true });
  });
  await page.getByRole('heading', { name: 'Keyboard' }).waitFor({ state: 'detached' });
  await page.keyboard.type('dark');
  await page.getByRole('option', { name: 'Use the dark theme', selected: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator(':focus').and(place).waitFor();
});

it('has another nonce for its styles each time', async () => {
  const read = async () => {
    const page = await fetch(stack().baseUrl);
    const [, nonce] = /'nonce-([^']+)'/.exec(page.headers.get('content-security-policy')!)!;
    expect(await page.text()).toContain(`ngcspnonce="${nonce}"`);
    return nonce;
  };
  expect(await read()).not.toBe(await read());
});

it('lets nothing style the page by an attribute that was slipped into it', async () => {
  browser.mayComplain(/Content Security Policy/);
  const page = await browser.open(`${stack().baseUrl}/settings`);
  await untilLive(page);
  const color = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await color();
  await page.evaluate(() => document.body.setAttribute('style', 'background-color: rgb(1, 2, 3) !important'));
  expect(await color()).toBe(before);
});

it('has an icon where browsers look for one, and scripts from files only', async () => {
  const icon = await fetch(`${stack().baseUrl}/favicon.ico`);
  expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/x-icon']);
  const page = await fetch(stack().baseUrl);
  const policy = page.headers.get('content-security-policy')!;
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(policy).toMatch(/style-src 'self' 'nonce-[\w+/=]+';/);
  expect(policy).not.toMatch(/unsafe|-attr|-elem/);
  expect(await page.text()).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=/);
});
