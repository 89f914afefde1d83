import type { Page } from 'playwright-core';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { useBrowser } from '../../support/use-browser.ts';
import { chooseType, lastTasks, openOptions, overflow, rowOf, submitButton, untilEnded, untilLive } from './pages.ts';

const browser = useBrowser();
const stack = useStack();

const image = '<img src=x onerror="document.title=1">';
const hostile: Record<string, string> = {
  'an element with a script': image,
  'a script': '</script><script>document.title=1</script>',
  'quotes and braces': `"'\`{{1+1}}\${1}&lt;&amp;`,
  'text from right to left': '\u202Eשלום\u202D مرحبا',
  'what is no character': 'null \u0000, lone \uD800, bell \u0007',
};

/** Nothing of what was sent has become part of the page. */
async function expectText(page: Page): Promise<void> {
  expect(await page.locator('main img, main script, main iframe').count()).toBe(0);
  expect(await page.title()).toContain('Orchestrator');
  expect(await overflow(page)).toBe(0);
}

describe('is shown as text', () => {
  it.each(Object.entries(hostile))('in messages and tags: %s', async (_, text) => {
    const api = new Api(stack().baseUrl);
    const { id } = await api.submit('echo', { message: text }, { tags: [text.slice(0, 50)] });
    await api.ended(id);
    const page = await browser.open(`${stack().baseUrl}/tasks`, { width: 360 });
    const row = rowOf(page, id);
    await row.waitFor();
    // Of what is no character, and of spaces, only the letters are to be found again.
    const letters = (from: string | null) => from?.replaceAll(/[^\p{Letter}<>"'`{}&;]/gu, '');
    expect(letters(await row.textContent())).toContain(letters(text.slice(0, 50))! + letters(text)!);
    await expectText(page);

    await row.click();
    const result = page.getByRole('region', { name: 'Result' });
    // What turns the direction of a text is seen as an escape, and turns nothing.
    const json = JSON.stringify(text).replaceAll('\u202E', '\\u202e').replaceAll('\u202D', '\\u202d');
    await result.getByText(json.slice(1, 12)).first().waitFor();
    expect(letters(await result.textContent())).toContain(letters(json));
    await expectText(page);
  });

  it('in the header and the cells of a CSV', async () => {
    const api = new Api(stack().baseUrl);
    const quoted = image.replaceAll('"', '""');
    const { id } = await api.submit('summarize-csv', { csv: `"${quoted}",b\n"${quoted}",1\n` });
    await api.ended(id);
    const page = await browser.open(`${stack().baseUrl}/tasks/${id}`);
    await page.getByRole('cell', { name: image, exact: true }).first().waitFor();
    await page.getByRole('tab', { name: /^Payload/ }).click();
    await page.getByText('csv').last().waitFor();
    await expectText(page);
  });

  it('typed into the form', async () => {
    const page = await browser.open(stack().baseUrl);
    await untilLive(page);
    await chooseType(page, 'Echo a message');
    await page.getByRole('textbox', { name: 'Message' }).fill(image);
    await openOptions(page);
    await page.getByLabel('Tags', { exact: true }).fill(`${image}, plain`);
    await submitButton(page).click();
    const row = rowOf(page, await untilEnded(page));
    expect(await row.getByText(image, { exact: true }).count()).toBe(2);
    await expectText(page);
  });
});

/** What of the app's own words on the page runs from right to left. @param theirs what is not its own */
function turnedWords(page: Page, theirs: string): Promise<string[]> {
  return page.evaluate((written) => {
    const place = (node: Node, at: number) => {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return range.getBoundingClientRect();
    };
    const isTurned = (node: Node, at: number) => {
      const [one, next] = [place(node, at), place(node, at + 1)];
      return one.width > 0 && one.top === next.top && one.left > next.left;
    };
    const turned: string[] = [];
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
      const text = node.nodeValue!;
      const own = text.replaceAll(written, (found) => ' '.repeat(found.length));
      for (const { index } of own.matchAll(/[a-z](?=[a-z])/gi)) if (isTurned(node, index)) turned.push(text);
    }
    return [...new Set(turned)];
  }, theirs);
}

it('turns nothing but itself, where it is written from right to left by force', async () => {
  const forced = '\u202Eforced';
  const api = new Api(stack().baseUrl);
  const hour = new Date(Date.now() + 3_600_000).toISOString();
  const first = await api.submit(
    'echo',
    { message: forced, delayMs: 600_000 },
    { orderingKey: forced, tags: [forced] },
  );
  await api.submit('echo', { message: forced }, { orderingKey: forced, tags: [forced] });
  await api.submit('echo', { message: forced }, { scheduledFor: hour });
  const schedule = { name: forced, cron: '0 3 * * *', type: 'echo', payload: { message: forced } };
  expect((await api.post('/api/schedules', schedule)).status).toBe(201);
  await api.ended((await api.submit('chat-message', { text: forced })).id);
  const seen = async (page: Page) => {
    await page.getByText(forced).first().waitFor();
    expect(await turnedWords(page, forced)).toEqual([]);
  };

  const page = await browser.open(`${stack().baseUrl}/tasks?tag=${encodeURIComponent(forced)}`);
  await page
    .getByText(/runs after those before it/)
    .first()
    .waitFor();
  await seen(page);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save this view' }).click();
  await page.getByRole('textbox', { name: 'Name of the view' }).fill(forced);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: forced }).click();
  await page.getByRole('menuitem', { name: /^Forget/ }).waitFor();
  await seen(page);
  await page.goto(`${stack().baseUrl}/tasks/${first.id}`);
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  await seen(page);
  await page.goto(`${stack().baseUrl}/schedules`);
  await page.getByRole('button', { name: /^Run now/ }).click();
  await page.getByText('runs now').waitFor();
  await seen(page);
  await page.goto(`${stack().baseUrl}/chat/general`);
  await page.getByRole('article').last().waitFor();
  await page.getByRole('textbox', { name: 'Message to' }).press('ArrowUp');
  await page.getByText(/^Answering/).waitFor();
  await seen(page);
});

it('of 2,000 characters does not stretch a page, and can be read whole', async () => {
  const api = new Api(stack().baseUrl);
  const text = 'unbroken'.repeat(250);
  const tags = Array.from({ length: 10 }, (_, n) => `${n}`.padStart(50, 'x'));
  const { id } = await api.submit('echo', { message: text }, { tags });
  await api.ended(id);
  for (const width of [360, 1280]) {
    const page = await browser.open(stack().baseUrl, { width });
    await lastTasks(page).getByText(/^unbroken/).waitFor(); // prettier-ignore
    await expectText(page);
    await rowOf(page, id).click();
    await page.getByRole('button', { name: 'all', exact: true }).click();
    await page.getByText(`"${text}"`).waitFor();
    await expectText(page);
    await page.getByRole('link', { name: 'Tasks' }).last().click();
    await rowOf(page, id).waitFor();
    await expectText(page);
  }
});
