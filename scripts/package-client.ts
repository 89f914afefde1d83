/**
 * Makes the client's npm package in `dist/client`: ES modules with their types, for browsers and Node.
 * `npm run package:client`, then `npm publish dist/client` or `npm pack dist/client`.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist/client');

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** What runs with it, and zod for the types that are inferred from its schemas; nothing of zod is loaded. */
const needed = ['@microsoft/signalr', 'rxjs', 'zod'];
const versionOf = (name: string) => `^${ours.dependencies[name] ?? ours.devDependencies[name]!}`;

function manifest() {
  return {
    name: 'async-message-orchestrator-client',
    version: ours.version,
    description: 'Submit tasks to Async Message Orchestrator and watch them, live: in browsers and in Node.',
    license: ours.license,
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports: {
      '.': { types: './types/client/index.d.ts', default: './index.js' },
      './chat': { types: './types/client/chat/index.d.ts', default: './chat/index.js' },
    },
    types: './types/client/index.d.ts',
    dependencies: Object.fromEntries(needed.map((name) => [name, versionOf(name)])),
  };
}

rmSync(target, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['client/index.ts', 'client/chat/index.ts'],
  outdir: target,
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
});
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'client/tsconfig.package.json')], {
  stdio: 'inherit',
});
if (status !== 0) throw new Error('The types of the client could not be made: see the messages above.');
for (const name of globSync('types/**/*.d.ts', { cwd: target })) {
  const file = join(target, name);
  // As the files are called that stand for them, for every way of resolving.
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replaceAll(/(from '\.{1,2}\/[^']+|import\("\.{1,2}\/[^"]+)\.ts(?=['"])/g, '$1.js'),
  );
}
writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
copyFileSync(join(root, 'client/README.md'), join(target, 'README.md'));
copyFileSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
console.log(`The package lies in dist/client: npm pack ./dist/client`);
