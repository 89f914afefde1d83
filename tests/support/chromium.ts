/** A Chromium from npm: unpacked once into `.local/`, with the libraries and fonts that a bare system lacks. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface ChromiumBinary {
  readonly executablePath: string;
  readonly environment: Record<string, string>;
}

const run = promisify(execFile);

/** To be called in the project folder, as jest and npm scripts are. */
export async function findChromium(): Promise<ChromiumBinary> {
  const { version } = JSON.parse(readFileSync('node_modules/@sparticuz/chromium/package.json', 'utf8')) as {
    version: string;
  };
  const folder = resolve('.local', `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  const executablePath = join(folder, 'chromium');
  return {
    executablePath,
    environment: { ...(await missingLibraries(executablePath, folder)), ...(await missingFonts(folder)) },
  };
}

/** A rename is atomic: of two test workers that unpack at the same time one wins, and the other uses the winner's files. */
async function unpack(folder: string): Promise<void> {
  await mkdir(resolve('.local'), { recursive: true });
  const work = await mkdtemp(`${folder}.unpacking-`);
  try {
    // Posing as AWS Lambda makes the package unpack the libraries it carries as well.
    const environment = { ...process.env, TMPDIR: work, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
    await run(process.execPath, ['tests/support/unpack-chromium.ts'], { env: environment });
    await nameFontFolder(join(work, 'fonts/fonts.conf'), join(folder, 'fonts'));
    await rename(work, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'chromium'))) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The package expects its fonts in /tmp. */
async function nameFontFolder(configuration: string, fonts: string): Promise<void> {
  const text = await readFile(configuration, 'utf8');
  await writeFile(configuration, text.replaceAll('/tmp/fonts', fonts));
}

/** The system's own libraries are preferred: the carried ones are used only where one is missing. */
async function missingLibraries(executablePath: string, folder: string): Promise<Record<string, string>> {
  const { stdout } = await run('ldd', [executablePath]);
  return stdout.includes('not found') ? { LD_LIBRARY_PATH: join(folder, 'al2023/lib') } : {};
}

async function missingFonts(folder: string): Promise<Record<string, string>> {
  const installed = await readdir('/usr/share/fonts').catch(() => []);
  return installed.length > 0 ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') };
}
