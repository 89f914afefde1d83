/** Finds a redis-server: the one on PATH, else Debian's packages unpacked into a folder of the project, without root. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from './failure.ts';

export interface RedisBinary {
  readonly file: string;
  /** What must be set in the environment so that the program finds its libraries. */
  readonly environment: Record<string, string>;
}

/** redis-server itself (in redis-tools since Debian 9; redis-server holds the link) and the libraries a bare system lacks. */
const packages = [
  'redis-server',
  'redis-tools',
  'libjemalloc2',
  'liblua5.1-0',
  'libatomic1',
  'liblzf1',
  'lua-bitop',
  'lua-cjson',
];

const run = promisify(execFile);

/** `toolsDir` is where Debian's packages are, or will be, unpacked. Fails with one sentence that says what to install. */
export async function findRedisServer(toolsDir: string, searchPath = process.env['PATH'] ?? ''): Promise<RedisBinary> {
  const installed = onPath('redis-server', searchPath);
  if (installed) return { file: installed, environment: {} };
  if (!existsSync(join(toolsDir, 'usr/bin/redis-server'))) await unpackDebianPackages(toolsDir, searchPath);
  return unpacked(toolsDir);
}

function onPath(program: string, searchPath: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function unpacked(toolsDir: string): RedisBinary {
  const libraries = join(toolsDir, 'usr/lib');
  const folders = [libraries, ...readdirSync(libraries).map((triplet) => join(libraries, triplet))];
  return { file: join(toolsDir, 'usr/bin/redis-server'), environment: { LD_LIBRARY_PATH: folders.join(':') } };
}

async function unpackDebianPackages(toolsDir: string, searchPath: string): Promise<void> {
  if (!onPath('apt-get', searchPath) || !onPath('dpkg', searchPath)) {
    throw new Error('Redis is missing: install redis-server (7 or newer) so that it is on PATH, then start again.');
  }
  await mkdir(dirname(toolsDir), { recursive: true });
  const work = await mkdtemp(`${toolsDir}.unpacking-`);
  try {
    const env = { ...process.env, PATH: searchPath };
    const files = await download(work, env);
    const tree = join(work, 'tree');
    for (const file of files) await run('dpkg', ['-x', join(work, file), tree], { env });
    await putInPlace(tree, toolsDir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    await run('apt-get', ['download', '--quiet', ...packages], { cwd: folder, env });
  } catch (error) {
    const reason = /^E: (.*)$/m.exec(messageOf(error))?.[1] ?? messageOf(error).split('\n')[0];
    throw new Error(
      `Redis is missing and could not be fetched from Debian (${reason}): run "sudo apt-get update", then start again, ` +
        'or run "sudo apt-get install redis-server".',
      { cause: error },
    );
  }
  return (await readdir(folder)).filter((file) => file.endsWith('.deb'));
}

/** A rename is atomic: of two processes that unpack at the same time one wins, and the other uses the winner's files. */
async function putInPlace(tree: string, toolsDir: string): Promise<void> {
  try {
    await rename(tree, toolsDir);
  } catch (error) {
    if (!existsSync(join(toolsDir, 'usr/bin/redis-server'))) throw error;
  }
}
