/** Builds what has changed since it was last built, as `npm run build` does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endWithThisProcess } from '../orphan-guard.ts';

/** Fails when a part does not build; the build has said why. */
export async function buildWhatChanged(root: string): Promise<void> {
  const program = join(root, 'scripts/build.ts');
  const child = spawn(process.execPath, [program, '--if-changed'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forget = child.pid === undefined ? () => undefined : endWithThisProcess(child.pid);
  const [code] = (await once(child, 'exit')) as [number | null];
  forget();
  if (code !== 0) throw new Error('The build failed: correct what it says above, then start again.');
}
