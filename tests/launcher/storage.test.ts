import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BlobSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import { readProcesses } from '../../local/launcher/processes-file.ts';
import { spawnLauncher } from '../support/launcher-process.ts';
import type { LauncherProcess } from '../support/launcher-process.ts';
import { settingsOnFreePorts } from '../support/stack-settings.ts';

let folder: string;
let storage: string;
let launchers: LauncherProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'storage-'));
  launchers = [];
});
afterEach(async () => {
  for (const { child, ended } of launchers.reverse()) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A launcher that runs nothing but Azurite, for a web app on its own port and for those in `CORS`. */
async function start(name: string, host: { LocalHttpPort: number; CORS?: string }, connection: string) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ Values: { AzureWebJobsStorage: connection }, Host: host }));
  const data = join(folder, name);
  const launcher = spawnLauncher(['--services-only', '--settings', file, '--data', data]);
  launchers.push(launcher);
  await launcher.ready;
  return { data, launcher };
}

async function onFreePorts() {
  const { Values, Host } = await settingsOnFreePorts();
  storage = Values['AzureWebJobsStorage'] ?? '';
  return { connection: storage, port: Host.LocalHttpPort };
}

/** A URL by which anybody may write one blob. */
async function uploadUrl(): Promise<string> {
  const container = BlobServiceClient.fromConnectionString(storage).getContainerClient('payloads');
  await container.createIfNotExists();
  const permissions = BlobSASPermissions.parse('cw');
  return container.getBlockBlobClient('one').generateSasUrl({ permissions, expiresOn: new Date(Date.now() + 600_000) });
}

/** Asks as a browser does before it uploads from a page of another origin. */
async function preflight(url: string, origin: string): Promise<Response> {
  const headers = {
    origin,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'content-type,x-ms-blob-type',
  };
  return fetch(url, { method: 'OPTIONS', headers });
}

it('lets the web app, and the origins of the settings, upload to a SAS URL from a browser', async () => {
  const { connection, port } = await onFreePorts();
  await start('one', { LocalHttpPort: port, CORS: 'http://localhost:4200, https://pages.example/' }, connection);
  const url = await uploadUrl();
  for (const origin of [`http://localhost:${port}`, 'http://localhost:4200', 'https://pages.example']) {
    const asked = await preflight(url, origin);
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    const headers = { origin, 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/json' };
    const put = await fetch(url, { method: 'PUT', body: '{}', headers });
    expect([put.status, put.headers.get('access-control-allow-origin')]).toEqual([201, origin]);
  }
  expect((await preflight(url, 'https://elsewhere.example')).status).toBe(403);
});

it('lets it still upload when Azurite was killed', async () => {
  const { connection, port } = await onFreePorts();
  const { data } = await start('one', { LocalHttpPort: port }, connection);
  process.kill(readProcesses(data)?.pieces['azurite']?.pid ?? 0, 'SIGKILL');
  while (readProcesses(data)?.pieces['azurite']?.restarts !== 1) await delay(20);
  while (readProcesses(data)?.pieces['azurite']?.pid === null) await delay(20);
  expect((await preflight(await uploadUrl(), `http://localhost:${port}`)).status).toBe(200);
});

it('adds a second web app to those that may upload to an Azurite that runs already', async () => {
  const [first, second] = [await onFreePorts(), await onFreePorts()];
  storage = first.connection;
  await start('one', { LocalHttpPort: first.port }, storage);
  const { launcher } = await start('two', { LocalHttpPort: second.port }, storage);
  expect(launcher.output()).toContain('was running already');
  const url = await uploadUrl();
  for (const { port } of [first, second]) expect((await preflight(url, `http://localhost:${port}`)).status).toBe(200);
});
