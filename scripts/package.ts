/**
 * Makes `dist/package/`: exactly the folder that `func azure functionapp publish NAME --no-build --javascript` uploads. Everything the
 * app needs is in it and nothing is installed in Azure: the bundle, the built web app, host.json, a package.json without dependencies.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/** The worker loads `main`; without `type`, and named .cjs, the bundle is CommonJS wherever it lies. */
function packageJson(): string {
  const { name, version, description, license } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as PackageJson;
  const main = 'functions.cjs';
  return `${JSON.stringify({ name, version, description, license, private: true, main }, null, 2)}\n`;
}

function makePackage(folder: string): void {
  const built = ['functions.cjs', 'web/index.html'].map((file) => join(root, 'dist', file));
  const missing = built.find((file) => !existsSync(file));
  if (missing !== undefined) throw new Error(`${relative(root, missing)} is missing: run "npm run build" first.`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), packageJson());
  cpSync(join(root, 'host.json'), join(folder, 'host.json'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  // Without its source map, which is twice as large; the bundle is not minified, so that a stack can be read.
  const bundle = readFileSync(join(root, 'dist/functions.cjs'), 'utf8');
  writeFileSync(join(folder, 'functions.cjs'), bundle.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
  cpSync(join(root, 'dist/web'), join(folder, 'web'), { recursive: true });
}

try {
  const folder = resolve(root, process.argv[2] ?? 'dist/package');
  makePackage(folder);
  console.log(`Made ${relative(root, folder)}/. Upload it with
  cd ${relative(root, folder)} && func azure functionapp publish NAME --no-build --javascript`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
