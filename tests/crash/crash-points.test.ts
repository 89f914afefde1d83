import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrashPoint } from './points/gate.ts';
import { Laboratory } from './points/laboratory.ts';
import { paths } from './points/paths.ts';

jest.setTimeout(180_000);

// A sample: `npm run crash-points` kills at every operation of every path.
const folder = mkdtempSync(join(tmpdir(), 'crash-points-'));
let laboratory: Laboratory;
beforeAll(async () => void (laboratory = await Laboratory.open(process.cwd(), folder)));
afterAll(async () => {
  await laboratory.close();
  rmSync(folder, { recursive: true, force: true });
});

const sample: [path: string, when: CrashPoint['when'], k: number][] = [
  ['submit', 'before', 1],
  ['run', 'before', 3],
  ['run', 'after', 12],
  ['retry', 'after', 14],
  ['permanent', 'before', 14],
  ['cancel-running', 'after', 1],
];

it.each(sample)('puts %s right again after a kill %s operation %i', async (name, when, k) => {
  const path = paths.find((one) => one.name === name)!;
  const finding = await laboratory.run(path, { k, when });
  expect(finding).toMatchObject({ killed: true, faults: [] });
});
