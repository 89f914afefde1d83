import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { freePorts } from './free-port.ts';
import { startChild } from './launcher/child.ts';
import type { RunningPiece } from './launcher/supervisor.ts';

const key = Buffer.from('a key of our own').toString('base64');

let folder: string;
let connection: string;
let start: () => Promise<RunningPiece>;
let running: RunningPiece | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'azurite-'));
  const [blob, table] = await freePorts(2);
  connection = `DefaultEndpointsProtocol=http;AccountName=ours;AccountKey=${key};BlobEndpoint=http://127.0.0.1:${blob}/ours;TableEndpoint=http://127.0.0.1:${table}/ours;`;
  start = async () => {
    const options = {
      program: 'local/azurite.ts',
      args: ['--blob', `127.0.0.1:${blob}`, '--table', `127.0.0.1:${table}`, '--data', join(folder, 'data')],
      cwd: process.cwd(),
      environment: { AZURITE_ACCOUNTS: `ours:${key}` },
      log: () => undefined,
      readyWithinMs: 30_000,
      pingEveryMs: 0,
      missedPingsAllowed: 0,
    };
    return (running = await startChild(options, new AbortController().signal));
  };
});
afterEach(async () => {
  running?.kill();
  await running?.ended;
  rmSync(folder, { recursive: true, force: true });
});

it('keeps blobs and tables of the account in the settings when it is stopped and started again', async () => {
  const first = await start();
  const container = BlobServiceClient.fromConnectionString(connection).getContainerClient('payloads');
  await container.create();
  await container.getBlockBlobClient('one').upload('kept', 4);
  const table = TableClient.fromConnectionString(connection, 'history', { allowInsecureConnection: true });
  await table.createTable();
  await table.createEntity({ partitionKey: 'p', rowKey: 'r', kept: true });
  first.terminate();
  expect(await first.ended).toBe('ended with exit code 0');
  await start();
  expect((await container.getBlockBlobClient('one').downloadToBuffer()).toString()).toBe('kept');
  expect(await table.getEntity('p', 'r')).toMatchObject({ kept: true });
});
