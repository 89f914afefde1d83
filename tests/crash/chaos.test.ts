import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChaos } from './chaos/run-chaos.ts';

jest.setTimeout(300_000);

const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The short form: `npm run chaos -- --minutes 10` is the long one.
it('accounts for every task and every effect after half a minute of chaos', async () => {
  const options = { milliseconds: 30_000, seed: 4, takesMessageIds: false, log: () => undefined };
  const result = await runChaos({ root: process.cwd(), folder, ...options });
  expect(result).toMatchObject({ violations: [], leftovers: [] });
  expect(result.counts['accepted']).toBeGreaterThan(50);
});
