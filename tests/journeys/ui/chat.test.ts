import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
import { intercept } from '../../support/intercept.ts';
import { useStack } from '../../support/stack.ts';
import { artifacts, useBrowser } from '../../support/use-browser.ts';
import { accessibilityFaults } from './accessibility.ts';
import { indicator, overflow, untilLive } from './pages.ts';

const browser = useBrowser();
const stack = useStack();

beforeAll(() => void mkdirSync(artifacts, { recursive: true }));

const room = (page: Page, name = 'general') => page.getByRole('log', { name: `Messages in #${name}` });
const field = (page: Page, name = 'general') => page.getByRole('textbox', { name: `Message to #${name}` });
const message = (page: Page, text: string): Locator => page.getByRole('article').filter({ hasText: text });
const badge = (page: Page) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Chat/ });

async function open(user: string, path: string, size = { width: 1280, height: 800 }): Promise<Page> {
  const address = `${stack().baseUrl}/.auth/login/aad?user=${user}&post_login_redirect_uri=${path}`;
  const page = await browser.open(address, size);
  await untilLive(page);
  return page;
}

async function say(page: Page, text: string, name = 'general'): Promise<void> {
  await field(page, name).fill(text);
  await field(page, name).press('Enter');
}

/** As a user of the API; resolves when all are in the room. */
async function write(user: string, name: string, texts: readonly string[]): Promise<void> {
  const api = await new Api(stack().baseUrl).as(user);
  for (let from = 0; from < texts.length; from += 500) {
    const tasks = texts
      .slice(from, from + 500)
      .map((text) => ({ type: 'chat-message', payload: { room: name, text } }));
    expect((await api.post('/api/tasks/batch', { tasks })).status).toBe(202);
  }
  for (;;) {
    const { body } = await api.call<{ last: number }>(`/api/chat/rooms/${name}/messages?limit=1`);
    if (body.last >= texts.length) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function makeRoom(name: string): Promise<void> {
  const api = await new Api(stack().baseUrl).as('ada');
  expect((await api.post('/api/chat/rooms', { name })).status).toBe(201);
}

async function shown(page: Page, name: string): Promise<void> {
  expect({ name, overflow: await overflow(page), faults: await accessibilityFaults(page) }).toEqual({ name, overflow: 0, faults: [] }); // prettier-ignore
  await page.screenshot({ path: join(artifacts, `${name}.png`), animations: 'disabled' });
}

it('lets two people talk: seen at once, answered, typing shown, read by the other, one of them on a phone', async () => {
  const ada = await open('ada', '/chat/general');
  const bob = await open('bob', '/chat', { width: 360, height: 740 });
  await bob
    .getByRole('navigation', { name: 'Rooms' })
    .getByRole('link', { name: /general/ })
    .click();
  await room(bob).waitFor();
  await ada.getByRole('banner').waitFor();
  await ada.getByText(/^Here now: .*bob/).first().waitFor({ state: 'attached' }); // prettier-ignore
  await say(ada, 'Is the census in? See `oslo.csv`.');
  await message(bob, 'Is the census in?').waitFor();
  await message(ada, 'Is the census in?')
    .getByText(/Seen by .bob/)
    .waitFor();
  await field(bob).pressSequentially('It i');
  await ada.getByText(/bob. is typing …/).waitFor();
  await field(bob).fill('');
  await field(bob).press('ArrowUp');
  await bob.getByText('Answering ada:').waitFor();
  await say(bob, 'It is.\nAll rows.');
  await message(ada, 'It is.').getByRole('button', { name: /ada Is the census in/ }).waitFor(); // prettier-ignore
  await message(bob, 'It is.')
    .getByText(/Seen by .ada/)
    .waitFor();
  await shown(ada, 'chat-two-1280');
  await shown(bob, 'chat-two-360');
  await bob.getByRole('link', { name: 'All rooms' }).click();
  await bob.waitForURL(/\/chat$/);
  await shown(bob, 'chat-rooms-360');
});

it('makes a room, tells on every page what is new, and where it begins', async () => {
  const ada = await open('ada', '/chat/general');
  await ada.getByRole('button', { name: 'New room' }).click();
  await ada.getByRole('textbox', { name: 'Name' }).fill('Night shift');
  await ada.getByRole('textbox', { name: 'What it is for' }).fill('Who is up');
  await ada.getByRole('button', { name: 'Make it' }).click();
  await ada.waitForURL(/\/chat\/night-shift$/);
  await say(ada, 'first', 'night-shift');
  await message(ada, 'first').getByText('In the room').waitFor();
  await ada.goto(`${stack().baseUrl}/tasks`);
  await untilLive(ada);
  await write('bob', 'night-shift', ['second', 'third']);
  await badge(ada).getByText('2', { exact: true }).waitFor();
  await badge(ada).click();
  await room(ada, 'night-shift').waitFor();
  const line = ada.getByText('New', { exact: true });
  await line.waitFor();
  expect((await line.boundingBox())!.y).toBeLessThan((await message(ada, 'second').boundingBox())!.y);
  expect((await line.boundingBox())!.y).toBeGreaterThan((await message(ada, 'first').boundingBox())!.y);
  await badge(ada).getByText('2', { exact: true }).waitFor({ state: 'detached' });
});

it('keeps what was typed over a reload, and a message that could not be sent, until it can', async () => {
  browser.mayComplain(/ERR_FAILED|ERR_INTERNET_DISCONNECTED|ERR_NETWORK|Failed to load resource/);
  const [ada, bob] = [await open('ada', '/chat/general'), await open('bob', '/chat/general')];
  await field(ada).fill('half a thought');
  await ada.reload();
  await room(ada).waitFor();
  expect(await field(ada).inputValue()).toBe('half a thought');
  await ada.context().setOffline(true);
  await indicator(ada).getByText('Offline').waitFor();
  await field(ada).press('Enter');
  await message(ada, 'half a thought').getByText('Goes out when the connection is back').waitFor();
  await say(bob, 'said while ada was away');
  await message(bob, 'said while ada was away').getByText('In the room').waitFor();
  await ada.context().setOffline(false);
  await message(ada, 'said while ada was away').waitFor();
  await message(bob, 'half a thought').waitFor();
  expect(await message(bob, 'half a thought').count()).toBe(1);
});

it('shows why a message was refused, and sends it once it may be', async () => {
  browser.mayComplain(/status of 429/);
  const ada = await open('ada', '/chat/general');
  await room(ada).waitFor();
  const letThrough = await intercept(ada, '**/api/tasks', (route) =>
    route.fulfill({
      status: 429,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'x',
        title: 'x',
        status: 429,
        code: 'too-many-requests',
        detail: 'Too much at once.',
      }),
    }),
  );
  await say(ada, 'once more, please');
  const mine = message(ada, 'once more, please');
  await mine.getByText('Too much at once.').waitFor();
  await shown(ada, 'chat-refused-1280');
  letThrough();
  await mine.getByRole('button', { name: 'Try again' }).click();
  await mine.getByText('In the room').waitFor();
  await mine.getByRole('link', { name: 'Look at its task' }).click();
  await ada.getByRole('heading', { name: 'Timeline' }).waitFor();
});

it('keeps the place of who reads further up while others write, and goes back to the first without a jump', async () => {
  await makeRoom('long');
  await write(
    'bob',
    'long',
    Array.from({ length: 500 }, (_, n) => `line ${n + 1}.`),
  );
  const ada = await open('ada', '/chat/long');
  await message(ada, 'line 500.').waitFor();
  const scroller = room(ada, 'long');
  expect(await ada.getByRole('article').count()).toBeLessThan(260);
  await scroller.hover();
  await ada.mouse.wheel(0, -600);
  const top = () => scroller.evaluate((log) => {
    const { top } = log.getBoundingClientRect();
    const row = [...log.querySelectorAll('[role=article]')].find((one) => one.getBoundingClientRect().top >= top)!;
    return { text: row.querySelector('.text')!.textContent, y: Math.round(row.getBoundingClientRect().top) };
  }); // prettier-ignore
  const reading = await atRest(ada, top);
  await write('bob', 'long', ['a', 'b', 'c']);
  await ada.getByRole('button', { name: '3 new ↓' }).waitFor();
  expect(await top()).toEqual(reading);
  // Near the edge of what is drawn: older ones come above what is read.
  const begun = await scroller.evaluate((log) => void (log.scrollTop = 500)).then(top);
  expect(await atRest(ada, top)).toEqual(begun);
  for (let n = 0; n < 200 && (await message(ada, 'line 1.').count()) === 0; n += 1) {
    await ada.mouse.wheel(0, -3_000);
    await ada.evaluate(() => new Promise((next) => requestAnimationFrame(next)));
  }
  await message(ada, 'line 1.').waitFor();
  expect(await ada.getByRole('article').count()).toBeLessThan(260);
  await ada.getByText('This is where #long begins.').waitFor();
  await ada.getByRole('button', { name: '3 new ↓' }).click();
  await message(ada, 'line 500.').waitFor();
});

it('goes from room to room by the keyboard, and on to where one writes', async () => {
  await makeRoom('by-keys');
  const ada = await open('ada', '/chat/general');
  await room(ada).waitFor();
  await ada
    .getByRole('navigation', { name: 'Rooms' })
    .getByRole('link', { name: /general/ })
    .focus();
  await ada.keyboard.press('ArrowDown');
  await ada.keyboard.press('Enter');
  await ada.waitForURL(/\/chat\/by-keys$/);
  await field(ada, 'by-keys').and(ada.locator(':focus')).waitFor();
  await ada.keyboard.type('hello');
  await ada.keyboard.press('Enter');
  await message(ada, 'hello').getByText('In the room').waitFor();
});

it('says what is hostile as text, and comes to no harm by it', async () => {
  const image = '<img src=x onerror="document.title=1">';
  const api = await new Api(stack().baseUrl).as('mallory');
  await api.post('/api/chat/rooms', { name: 'odd', topic: `${image} \u202Etopic` });
  await write('mallory', 'odd', [image, `top${'\n'.repeat(3_000)}end`, 'unbroken'.repeat(60), `Z${'\u0301\u0302'.repeat(99)}algo`]); // prettier-ignore
  await api.ended((await api.submit('chat-message', { room: 'odd', text: 'answers nothing', replyTo: 99_999 })).id);
  const ada = await open('ada', '/chat/odd', { width: 360, height: 740 });
  await message(ada, image).waitFor();
  expect(await ada.locator('main img').count()).toBe(0);
  await ada.getByText(image, { exact: false }).first().waitFor();
  const tall = (await message(ada, 'top').boundingBox())!.height;
  expect(tall).toBeLessThan(500);
  await message(ada, 'top').getByRole('button', { name: 'Show all of it' }).click();
  await message(ada, 'top').getByRole('button', { name: 'Show less' }).click();
  await message(ada, 'answers nothing').getByRole('button', { name: 'an earlier message' }).click();
  expect(await ada.getByRole('article').count()).toBe(5);
  await shown(ada, 'chat-odd-360');
});

it('goes on after a restart of the server, also with what was said meanwhile, in two tabs of one person', async () => {
  browser.mayComplain(/ERR_|status of 50/);
  const [ada, bob] = [await open('ada', '/chat/general'), await open('bob', '/chat/general')];
  const another = await ada.context().newPage();
  await another.goto(`${stack().baseUrl}/chat/general`);
  await untilLive(another);
  await say(ada, 'before');
  for (const page of [another, bob]) await message(page, 'before').waitFor();
  const restarting = stack().restart();
  await indicator(ada).getByText('Offline').waitFor();
  await say(ada, 'in between');
  await message(ada, 'in between').getByText('Goes out when the connection is back').waitFor();
  await restarting;
  for (const page of [ada, another, bob]) {
    // Else its turn may come some time after.
    await page.evaluate(() => void window.dispatchEvent(new Event('online')));
    await untilLive(page);
    await message(page, 'in between').waitFor();
    expect(await message(page, 'in between').count()).toBe(1);
  }
  await say(bob, 'after');
  for (const page of [ada, another]) await message(page, 'after').waitFor();
});

/** What is the same after many frames: a browser scrolls on for a while. */
async function atRest<T>(page: Page, look: () => Promise<T>): Promise<T> {
  for (let before = await look(); ;) {
    await page.evaluate(async () => {
      for (let frame = 0; frame < 30; frame += 1) await new Promise((next) => requestAnimationFrame(next));
    });
    const now = await look();
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
}
