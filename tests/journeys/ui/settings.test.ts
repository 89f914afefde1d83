import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import type { TaskPage } from '../../../contracts/task.ts';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { artifacts, useBrowser } from '../../support/use-browser.ts';
import { accessibilityFaults } from './accessibility.ts';
import { overflow } from './pages.ts';

const browser = useBrowser();
const stack = useStack();
const run = promisify(execFile);
const looks = [1280, 360].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

const signedIn = (user: string, roles: string) =>
  `${stack().baseUrl}/.auth/login/aad?user=${user}&roles=${roles}&post_login_redirect_uri=/settings`;
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

it.each(looks)('says who one is, until when, and how a script gets in: $width pixels, $colorScheme', async (look) => {
  mkdirSync(artifacts, { recursive: true });
  const page = await browser.open(signedIn('ada', 'auditor,operator'), look);
  await page.getByRole('heading', { name: 'Tokens for scripts' }).waitFor();
  await page.getByText('auditor, operator').waitFor();
  await page.getByText(/^in (7|8) h$/).waitFor();
  await page.getByText(/^in (59 min|1 h)$/).waitFor();
  expect({ overflow: await overflow(page), faults: await accessibilityFaults(page) }).toEqual({ overflow: 0, faults: [] }); // prettier-ignore
  await page.screenshot({ path: join(artifacts, `settings-${look.colorScheme}-${look.width}.png`), fullPage: true });
});

it('gives a command that works in a shell, as the person and nobody else', async () => {
  const ada = await new Api(stack().baseUrl).as('ada');
  const { id } = await ada.submit('echo', { message: 'by a script' });
  await new Api(stack().baseUrl).submit('echo', { message: 'of somebody else' });
  const page = await browser.open(signedIn('ada', 'user'));
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  await page.getByText('Copied').waitFor();
  const command = await copied(page);
  const { stdout } = await run('sh', ['-c', `${command} --silent --fail`]);
  expect((JSON.parse(stdout) as TaskPage).tasks.map((task) => task.id)).toEqual([id]);
  await page.getByRole('button', { name: 'Copied' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Copy the token' }).click();
  await page.getByText('Copied').waitFor();
  expect(command).toContain(await copied(page));
});
