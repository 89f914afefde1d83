import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatPage } from '../../contracts/chat.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';
import { startPackagedApp, type PackagedApp } from './packaged-app.ts';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'package-'));
const packageFolder = join(folder, 'package');
let app: PackagedApp;
// Before useStack: the app goes before the services that it uses.
afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});
const services = useStack({ arguments: ['--services-only'] });
beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/package.ts', packageFolder]);
  app = await startPackagedApp(packageFolder, { folder, values: services().values });
});

const read = (name: string) => readFileSync(join(packageFolder, name), 'utf8');

describe('the package', () => {
  it('holds what the Functions host needs, and nothing else', () => {
    expect(readdirSync(packageFolder).sort()).toEqual(['LICENSE', 'functions.cjs', 'host.json', 'package.json', 'web']);
    expect(JSON.parse(read('host.json'))).toEqual(JSON.parse(readFileSync('host.json', 'utf8')));
    expect(existsSync(join(packageFolder, 'web/index.html'))).toBe(true);
  });

  it('has no dependency left to install, and its entry point in it', () => {
    const packageJson = JSON.parse(read('package.json')) as Record<string, unknown>;
    expect(packageJson).toMatchObject({ main: 'functions.cjs', version: expect.any(String) });
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'workspaces', 'scripts'])
      expect(packageJson).not.toHaveProperty(kind);
  });

  it('is a few megabytes', () => {
    const files = readdirSync(packageFolder, { recursive: true, encoding: 'utf8' });
    const bytes = files.reduce((sum, file) => sum + statSync(join(packageFolder, file)).size, 0);
    expect(bytes).toBeLessThan(12 * 1024 * 1024);
  });

  it('requires nothing but what Node and the host bring along', () => {
    const required = [...read('functions.cjs').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name!);
    const foreign = required.filter((name) => !isBuiltin(name) && name !== '@azure/functions-core');
    expect(foreign).toEqual([]);
  });
});

describe('the packaged app in an empty folder, with production settings', () => {
  it('serves the web app and the API', async () => {
    const api = new Api(app.url);
    expect((await api.call<string>('/')).body).toContain('<app-root');
    expect((await api.call('/api/health')).status).toBe(200);
  });

  it('takes a chat message into its room', async () => {
    const api = new Api(app.url);
    const { id } = await api.submit('chat-message', { text: 'Hello from the package' });
    expect(await api.ended(id)).toMatchObject({ state: 'completed', result: { room: 'general' } });
    const { body } = await api.call<ChatPage>('/api/chat/rooms/general/messages');
    expect(body.messages).toMatchObject([{ taskId: id, text: 'Hello from the package' }]);
  });

  it('passes the smoke test', async () => {
    const { code, output } = await smoke([app.url]);
    expect(output).toContain('Its events were pushed live');
    expect(output).toContain('Replayed, it completed');
    expect(output).toContain('History has the first task');
    expect(code).toBe(0);
  });

  it('passes the smoke test also where no history is kept', async () => {
    const other = await startPackagedApp(packageFolder, { folder, values: { ...services().values, History: 'off' } });
    const { code, output } = await smoke([other.url]).finally(() => other.stop());
    expect(output).toContain('No history is kept here');
    expect(code).toBe(0);
  });

  it('says which setting is missing, and what it should look like', async () => {
    const values = { ...services().values, RedisConnection: '' };
    await expect(startPackagedApp(packageFolder, { folder, values })).rejects.toThrow(
      /RedisConnection is missing: it should look like redis/,
    );
  });
});

describe('the smoke test', () => {
  it('ends with a sentence where nothing answers', async () => {
    const { code, output } = await smoke(['http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(output).toMatch(/^✗ Nothing answers at/m);
  });

  it('asks for an address', async () => {
    expect(await smoke(['nowhere'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('Usage: npm run smoke'),
    });
  });
});

async function smoke(args: readonly string[]): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, ['scripts/smoke.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, output };
}
