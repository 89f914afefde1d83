/**
 * Builds what runs: the function app (one CommonJS bundle, as the Functions worker needs it) and the web app.
 * `--if-changed` skips a part whose sources are older than its last build; `--functions` builds only that part.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { compressFiles } from './compress-files.ts';
import { functionAppBundle } from './function-app-bundle.ts';

const root = join(import.meta.dirname, '..');

interface Part {
  readonly name: string;
  readonly sources: readonly string[];
  readonly stamp: string;
  run(): Promise<void>;
}

const functionApp: Part = {
  name: 'function app',
  sources: ['functions/**/*', 'contracts/**/*', 'package-lock.json', 'scripts/{build,function-app-bundle}.ts'],
  stamp: 'dist/.functions-built',
  async run() {
    await build(functionAppBundle(root));
  },
};

const webApp: Part = {
  name: 'web app',
  sources: ['frontend/**/*', 'client/**/*', 'contracts/**/*', 'package-lock.json'],
  stamp: 'dist/.web-built',
  async run() {
    const ng = join(root, 'node_modules/@angular/cli/bin/ng.js');
    const { status } = spawnSync(process.execPath, [ng, 'build', '--progress=false'], {
      cwd: join(root, 'frontend'),
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NG_CLI_ANALYTICS: 'false' },
    });
    if (status !== 0) throw new Error('The web app did not build: see the messages above.');
    await compressFiles(join(root, 'dist/web'));
  },
};

function newestChange(patterns: readonly string[]): number {
  const files = patterns.flatMap((pattern) =>
    globSync(pattern, { cwd: root, exclude: ['**/node_modules', '**/.angular'] }),
  );
  return Math.max(0, ...files.map((file) => statSync(join(root, file)).mtimeMs));
}

function isFresh({ stamp, sources }: Part): boolean {
  const built = statSync(join(root, stamp), { throwIfNoEntry: false });
  return built !== undefined && built.mtimeMs >= newestChange(sources);
}

async function make(part: Part, onlyIfChanged: boolean): Promise<void> {
  if (onlyIfChanged && isFresh(part)) return;
  const started = Date.now();
  // The stamp carries the time at which the sources were read: what changes during the build is built next time.
  await part.run();
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, part.stamp), '');
  utimesSync(join(root, part.stamp), started / 1000, started / 1000);
  console.log(`Built the ${part.name} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

const flags = new Set(process.argv.slice(2));
const parts = flags.has('--functions') ? [functionApp] : [functionApp, webApp];
try {
  for (const part of parts) await make(part, flags.has('--if-changed'));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
