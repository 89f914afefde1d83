import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openBrowser } from './browser.ts';
import type { TestBrowser } from './browser.ts';

let browser: TestBrowser;
let server: Server;
let other: Server;
const urlOf = (from: Server) => `http://127.0.0.1:${(from.address() as AddressInfo).port}/`;

beforeAll(async () => {
  server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<title>Hello</title><h1 style="display: inline">Text</h1>'),
  );
  other = createServer((_request, response) => response.end('secret'));
  for (const started of [server, other]) await once(started.listen(0, '127.0.0.1'), 'listening');
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  for (const started of [server, other]) await new Promise((resolve) => started.close(resolve));
});

it('shows a page in the size and colours asked for', async () => {
  const page = await browser.newPage({ width: 390, height: 700, colorScheme: 'dark' });
  await page.goto(urlOf(server));
  expect(await page.title()).toBe('Hello');
  expect(page.viewportSize()).toEqual({ width: 390, height: 700 });
  expect(await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches')).toBe(true);
  expect((await page.locator('h1').boundingBox())?.width).toBeGreaterThan(10);
});

it('keeps pages of other origins apart, as a browser of a person does', async () => {
  const page = await browser.newPage();
  await page.goto(urlOf(server));
  const read = await page.evaluate(`fetch(${JSON.stringify(urlOf(other))}).then(() => 'read', () => 'refused')`);
  expect(read).toBe('refused');
  expect(browser.complaints.join()).toContain('CORS');
});
