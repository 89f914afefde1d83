import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../../local/redis.ts';
import { spawnLauncher } from '../support/launcher-process.ts';
import { settingsOnFreePorts } from '../support/stack-settings.ts';
import type { StackSettings } from '../support/stack-settings.ts';

let folder: string;
let settings: StackSettings;
let closers: (() => unknown)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
  settings = await settingsOnFreePorts();
  closers = [() => rmSync(folder, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

function settingsFile(content: string | StackSettings): string {
  const file = join(folder, 'settings.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const dataDir = () => join(folder, 'data');
const argsFor = (content: string | StackSettings) => ['--settings', settingsFile(content), '--data', dataDir()];

/** Starts what cannot start; expects exit code 1 and returns the output. */
async function failure(args: string[], environment: Record<string, string> = {}): Promise<string> {
  const launcher = spawnLauncher(args, environment);
  expect(await launcher.ended).toBe(1);
  return launcher.output();
}

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A web server that answers everything alike. */
const stranger = () => listening(createServer((_request, response) => response.end('Hello')));

function withValue(name: string, value: string): StackSettings {
  return { ...settings, Values: { ...settings.Values, [name]: value } };
}

describe('ends with exit code 1 and one sentence', () => {
  it.each([
    ['broken JSON', '{"Values": {', 'settings.json is not valid JSON at line 1, column 13'],
    ['an encrypted file', '{"IsEncrypted": true}', 'settings.json is encrypted'],
    ['a number among the values', '{"Values": {"PayloadLimitBytes": 1}}', 'write "1" instead of 1'],
  ])('on %s', async (_what, text, sentence) => {
    const output = await failure(argsFor(text));
    expect(output).toContain(sentence);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  it('when the settings file is missing', async () => {
    const file = join(folder, 'none.json');
    expect(await failure(['--settings', file])).toBe(
      `${file} does not exist: copy local.settings.sample.json to it, or give another file with --settings.\n`,
    );
  });

  it.each(['/proc/none', '/proc', '/dev/null/none'])('when the data folder is %s', async (data) => {
    const output = await failure(['--settings', settingsFile(settings), '--data', data]);
    expect(output).toMatch(/^The (data folder|file) \S+ cannot be \w+ \(.*\): give another .* with --data\.\n$/);
  });

  it('when Redis is missing, before it builds', async () => {
    const project = join(folder, 'project');
    for (const part of ['local', 'contracts']) cpSync(part, join(project, part), { recursive: true });
    symlinkSync(realpathSync('node_modules'), join(project, 'node_modules'));
    const program = { file: 'local/start.ts', cwd: project } as const;
    const launcher = spawnLauncher([...argsFor(settings), '--build'], { PATH: join(folder, 'empty') }, program);
    expect(await launcher.ended).toBe(1);
    expect(launcher.output()).toBe(
      'Redis is missing: install redis-server (7 or newer) so that it is on PATH, then start again.\n',
    );
  });

  it('on an unknown argument', async () => {
    expect(await failure(['--port', '1'])).toMatch(
      /^Unknown option '--port'\. Usage: npm start -- \[--settings FILE\].*\n$/,
    );
  });

  it('when the port of the web app is in use', async () => {
    const port = await stranger();
    const file = settingsFile({ ...settings, Host: { LocalHttpPort: port } });
    expect(await failure(['--settings', file, '--data', dataDir()])).toBe(
      `Port ${port} is in use: end the program that uses it, or change "LocalHttpPort" under "Host" in ${file}.\n`,
    );
  });

  it.each([
    ['RedisConnection', 'Redis', (port: number) => `redis://localhost:${port}`],
    [
      'ServiceBusConnection',
      'Service Bus',
      (port: number) =>
        `Endpoint=sb://localhost:${port};SharedAccessKeyName=n;SharedAccessKey=a2V5;UseDevelopmentEmulator=true`,
    ],
    [
      'AzureSignalRConnectionString',
      'SignalR',
      (port: number) => `Endpoint=http://localhost:${port};AccessKey=a2V5;Version=1.0`,
    ],
    ['AzureWebJobsStorage', 'Blob Storage', (port: number) => `BlobEndpoint=http://127.0.0.1:${port}/devstoreaccount1`],
    [
      'AzureWebJobsStorage',
      'Table Storage',
      (port: number) => `TableEndpoint=http://127.0.0.1:${port}/devstoreaccount1`,
    ],
  ])('when the port in %s is used by something other than %s', async (setting, service, connection) => {
    const port = await stranger();
    const args = argsFor(withValue(setting, connection(port)));
    expect(await failure(args)).toBe(
      `Port ${port} is in use by something other than ${service}: end that program, or change the port in ${setting} in ${args[1]}.\n`,
    );
  });

  it('when a Redis is there that refuses the password', async () => {
    const redis = await startRedis({ port: 0, dataDir: join(folder, 'other'), appendonly: false, password: 'right' });
    closers.push(() => redis.close());
    const output = await failure(argsFor(withValue('RedisConnection', `redis://:wrong@localhost:${redis.port}`)));
    expect(output).toContain(`The Redis on port ${redis.port} refuses the password in RedisConnection: correct it in `);
  });

  it('when two settings name the same port', async () => {
    const output = await failure(
      argsFor(withValue('RedisConnection', `redis://localhost:${settings.Host.LocalHttpPort}`)),
    );
    expect(output).toContain(`LocalHttpPort and RedisConnection in ${join(folder, 'settings.json')} both use port`);
  });

  it('when the entities file is broken, and leaves nothing running', async () => {
    const entities = join(folder, 'entities.json');
    writeFileSync(entities, '{');
    const output = await failure([...argsFor(settings), '--entities', entities]);
    expect(output).toContain(`services did not start: The entities file ${entities} cannot be read:`);
    const again = spawnLauncher(argsFor(settings));
    await again.ready;
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
  });
});

it('uses a Redis that runs already, and leaves it running', async () => {
  const redis = await startRedis({ port: 0, dataDir: join(folder, 'other'), appendonly: false });
  closers.push(() => redis.close());
  const launcher = spawnLauncher(argsFor(withValue('RedisConnection', redis.url)));
  await launcher.ready;
  expect(launcher.output()).toContain(`127.0.0.1:${redis.port} (was running already and is left alone)`);
  launcher.child.kill('SIGTERM');
  expect(await launcher.ended).toBe(0);
  expect(redis.process.exitCode).toBeNull();
});

it('replaces a Redis that an earlier start left behind on its data', async () => {
  const port = Number(new URL(settings.Values['RedisConnection'] ?? '').port);
  const left = await startRedis({ port, dataDir: join(dataDir(), 'redis') });
  closers.push(() => left.close());
  const gone = once(left.process, 'exit');
  const launcher = spawnLauncher(argsFor(settings));
  await launcher.ready;
  await gone;
  expect(launcher.output()).not.toContain('was running already');
  launcher.child.kill('SIGTERM');
  await launcher.ended;
});

it('starts nothing for settings that point elsewhere or are empty', async () => {
  const launcher = spawnLauncher(
    argsFor({ ...settings, Values: { ...settings.Values, AzureWebJobsStorage: '', History: 'off' } }),
  );
  await launcher.ready;
  const { pieces } = JSON.parse(readFileSync(join(dataDir(), 'processes.json'), 'utf8')) as { pieces: object };
  expect(Object.keys(pieces).sort()).toEqual(['host', 'redis', 'services']);
  launcher.child.kill('SIGTERM');
  await launcher.ended;
});

it('starts everything but the host with --services-only, though another host runs already', async () => {
  const port = await stranger();
  const file = settingsFile({ ...settings, Host: { LocalHttpPort: port } });
  const launcher = spawnLauncher(['--settings', file, '--data', dataDir(), '--services-only']);
  await launcher.ready;
  const { pieces } = JSON.parse(readFileSync(join(dataDir(), 'processes.json'), 'utf8')) as { pieces: object };
  expect(Object.keys(pieces).sort()).toEqual(['azurite', 'redis', 'services']);
  expect(launcher.output()).toContain('The services are ready; the Functions host is yours to start');
  launcher.child.kill('SIGTERM');
  expect(await launcher.ended).toBe(0);
});

it('lets an environment variable win over the settings file', async () => {
  const port = await stranger();
  const output = await failure(argsFor(settings), { RedisConnection: `redis://localhost:${port}` });
  expect(output).toContain(`Port ${port} is in use by something other than Redis`);
});
