/** The package as Azure runs it, in our host: alone in a folder outside the project, with production settings. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface PackagedApp {
  readonly url: string;
  /** What host and app have written so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface PackagedAppOptions {
  /** Settings and data are put into it; it must exist. */
  readonly folder: string;
  readonly values: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const program = resolve('local/functions-host/main.ts');

/** Fails with what it wrote when it cannot start. */
export async function startPackagedApp(packageFolder: string, options: PackagedAppOptions): Promise<PackagedApp> {
  const folder = mkdtempSync(join(options.folder, 'app-'));
  const settingsFile = join(folder, 'settings.json');
  const Values = { ...options.values, AZURE_FUNCTIONS_ENVIRONMENT: 'Production' };
  writeFileSync(settingsFile, JSON.stringify({ IsEncrypted: false, Values, Host: { LocalHttpPort: 0 } }));
  const args = ['--app', packageFolder, '--settings', settingsFile, '--data', join(folder, 'data')];
  const child = fork(program, args, {
    cwd: folder,
    silent: true,
    execArgv: [],
    env: { PATH: process.env['PATH'], ...options.environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'close');
  const failed = ended.then(() => {
    throw new Error(`The host ended before it was ready:\n${output}`);
  });
  failed.catch(() => undefined);
  const [{ port }] = (await Promise.race([once(child, 'message'), failed])) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
