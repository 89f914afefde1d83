/** Takes a picture of a page: `node scripts/screenshot.ts URL OUT.png [--width N] [--height N] [--dark] [--full] [--wait SELECTOR]`. */
import { parseArgs } from 'node:util';
import { openBrowser } from '../tests/support/browser.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '800' },
    dark: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    wait: { type: 'string' },
  },
});
const [url, path] = positionals;
if (!url || !path) {
  console.error(
    'Usage: node scripts/screenshot.ts URL OUT.png [--width N] [--height N] [--dark] [--full] [--wait SELECTOR]',
  );
  process.exit(1);
}

const browser = await openBrowser();
try {
  const size = { width: Number(values.width), height: Number(values.height) };
  const page = await browser.newPage({ ...size, colorScheme: values.dark ? 'dark' : 'light' });
  await page.goto(url);
  if (values.wait) await page.waitForSelector(values.wait);
  await page.screenshot({ path, fullPage: values.full });
  for (const complaint of browser.complaints) console.error(`The page complains: ${complaint}`);
} finally {
  await browser.close();
}
