import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TaskTypeList } from '../../contracts/task-type-info.ts';
import { readProcesses } from '../../local/launcher/processes-file.ts';
import { spawnLauncher } from '../support/launcher-process.ts';
import type { LauncherProcess } from '../support/launcher-process.ts';
import { freePorts } from '../../local/free-port.ts';
import { settingsOnFreePorts } from '../support/stack-settings.ts';

jest.setTimeout(180_000);

/** A copy of the project, whose files may be changed. */
const project = mkdtempSync(join(tmpdir(), 'dev-'));
const data = join(project, '.local');
const echo = join(project, 'functions/task-types/echo.ts');
const original = readFileSync('functions/task-types/echo.ts', 'utf8');
let dev: LauncherProcess;
let [webPort, apiPort] = [0, 0];

beforeAll(async () => {
  const sources = ['functions', 'contracts', 'client', 'frontend', 'local', 'scripts', 'host.json'];
  const isSource = (path: string) => !['node_modules', '.angular'].includes(basename(path));
  for (const name of [...sources, 'package.json', 'tsconfig.json'])
    cpSync(name, join(project, name), { recursive: true, filter: isSource });
  symlinkSync(join(process.cwd(), 'node_modules'), join(project, 'node_modules'));
  const settings = await settingsOnFreePorts({ AzureWebJobsStorage: '', History: 'off' });
  apiPort = settings.Host.LocalHttpPort;
  [webPort = 0] = await freePorts(1);
  writeFileSync(join(project, 'local.settings.json'), JSON.stringify(settings));
  dev = spawnLauncher(['--web-port', String(webPort)], {}, { file: 'local/dev.ts', cwd: project });
  await dev.ready;
});

afterAll(async () => {
  dev.child.kill('SIGKILL');
  await dev.ended;
  rmSync(project, { recursive: true, force: true });
});

const pids = () =>
  Object.fromEntries(Object.entries(readProcesses(data)?.pieces ?? {}).map(([name, { pid }]) => [name, pid]));

/** What the API calls the echo task; undefined while the host is away. */
async function titleOfEcho(port: number): Promise<string | undefined> {
  const answer = await fetch(`http://localhost:${port}/api/task-types`).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const { taskTypes } = (await answer.json()) as TaskTypeList;
  return taskTypes.find(({ name }) => name === 'echo')?.title;
}

const withTitle = (title: string) => original.replace(/title: '[^']*'/, `title: '${title}'`);

async function untilTitleIs(title: string): Promise<void> {
  while ((await titleOfEcho(apiPort)) !== title) await delay(50);
}

async function untilOutputHas(text: string): Promise<void> {
  while (!dev.output().includes(text)) await delay(50);
}

it('serves the web app with reload, and the API and the sign-in behind it', async () => {
  const page = await fetch(`http://localhost:${webPort}/tasks`);
  expect(await page.text()).toContain('/@vite/client');
  expect(await titleOfEcho(webPort)).toBe(await titleOfEcho(apiPort));
  const login = await fetch(`http://localhost:${webPort}/.auth/login/aad?user=dev`, { redirect: 'manual' });
  expect(login.headers.get('set-cookie')).toContain('AppServiceAuthSession=');
});

it('prints one banner', () => {
  expect(dev.output().match(/is ready: /g)).toHaveLength(1);
  expect(dev.output()).toContain(`Async Message Orchestrator is ready: http://localhost:${webPort}`);
});

it('loads a changed function again, and starts nothing but the host for it', async () => {
  const before = pids();
  writeFileSync(echo, withTitle('Changed'));
  await untilTitleIs('Changed');
  const { host, ...others } = pids();
  expect(host).not.toBe(before['host']);
  expect({ ...others, host: before['host'] }).toEqual(before);
});

it('says where a function does not compile, goes on with what it has, and recovers', async () => {
  writeFileSync(echo, `${original}\nconst = 1;\n`);
  await untilOutputHas('the function app did not build');
  expect(dev.output()).toMatch(/functions\/task-types\/echo\.ts:\d+:6/);
  expect(await titleOfEcho(apiPort)).toBe('Changed');
  writeFileSync(echo, withTitle('Mended'));
  await untilTitleIs('Mended');
});

it('starts the host again at the next change when it cannot load a function', async () => {
  writeFileSync(echo, `${withTitle('Broken')}\nthrow new Error('not today');\n`);
  await untilOutputHas('not today');
  writeFileSync(echo, withTitle('Whole'));
  await untilTitleIs('Whole');
});

/** The pieces whose processes are others than before, once all run. */
async function changedSince(before: Record<string, number | null>): Promise<string[]> {
  for (;;) {
    const now = pids();
    const changed = Object.keys(before).filter((name) => now[name] !== before[name]);
    if (changed.length > 0 && !Object.values(now).includes(null)) return changed;
    await delay(50);
  }
}

it.each([
  ['host.json', 'host', (text: string) => text.replace('"maxConcurrentCalls": 100', '"maxConcurrentCalls": 99')],
  ['local.settings.json', 'host', (text: string) => text.replace('"Values":{', '"Values":{"Added":"1",')],
  ['contracts/service-bus.json', 'services', (text: string) => text.replace('"PT30S"', '"PT31S"')],
])('starts again what has read %s when that changes: %s', async (name, piece, edit) => {
  const before = pids();
  const file = join(project, name);
  const text = readFileSync(file, 'utf8');
  expect(edit(text)).not.toBe(text);
  writeFileSync(file, edit(text));
  expect(await changedSince(before)).toContain(piece);
  while ((await titleOfEcho(apiPort)) === undefined) await delay(50);
});

it('says that a change of ports needs a new start', async () => {
  const file = join(project, 'local.settings.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"RedisConnection":"[^"]*"/, '"RedisConnection":""'));
  await untilOutputHas('the settings name other endpoints: stop and start again');
});

it('stops everything within 5 s on Ctrl-C', async () => {
  const running = Object.values(pids());
  const askedAt = Date.now();
  dev.child.kill('SIGINT');
  expect(await dev.ended).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(5_000);
  expect(running.length).toBe(4);
  for (const pid of running) expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
});

it('serves the web app as the local user before a host of somebody else', async () => {
  const host = createServer((request, response) => response.end(JSON.stringify(request.headers)));
  await once(host.listen(apiPort, '127.0.0.1'), 'listening');
  const args = ['--services-only', '--web-port', String(webPort)];
  const launcher = spawnLauncher(args, {}, { file: 'local/dev.ts', cwd: project });
  try {
    await launcher.ready;
    const headers = { 'x-ms-client-principal-id': 'somebody' };
    const answer = await fetch(`http://localhost:${webPort}/api/tasks`, { headers });
    expect(await answer.json()).toMatchObject({ 'x-ms-client-principal-id': 'local-user' });
  } finally {
    launcher.child.kill('SIGTERM');
    host.closeAllConnections();
    await Promise.all([launcher.ended, once(host.close(), 'close')]);
  }
});
