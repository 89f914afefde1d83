import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { functionAppBundle } from '../../../scripts/function-app-bundle.ts';

/** Builds the function app with the witness (`tests/crash/app`) into a folder, as the Functions host takes it. */
export async function buildTestApp(root: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'app.cjs');
  await build({ ...functionAppBundle(root), entryPoints: ['tests/crash/app/index.ts'], outfile, sourcemap: 'inline' });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'test-app', main: 'app.cjs' }));
  copyFileSync(join(root, 'host.json'), join(folder, 'host.json'));
}
