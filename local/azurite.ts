/**
 * The program that runs Azurite's Blob and Table services (`--blob HOST:PORT`, `--table HOST:PORT`, `--data DIR`).
 * Azurite's own programs send telemetry unless told otherwise; its server classes, used here, never start it.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import BlobConfiguration from 'azurite/dist/src/blob/BlobConfiguration.js';
import BlobServer from 'azurite/dist/src/blob/BlobServer.js';
import TableConfiguration from 'azurite/dist/src/table/TableConfiguration.js';
import TableServer from 'azurite/dist/src/table/TableServer.js';
import { runAsChild } from './child-program.ts';

const keepAliveSeconds = 5;
/** Azurite's own number of parallel writes to one folder of extents. */
const maxConcurrency = 50;

const { values } = parseArgs({
  options: { blob: { type: 'string' }, table: { type: 'string' }, data: { type: 'string', default: '.' } },
});

await runAsChild(async () => {
  await mkdir(values.data, { recursive: true });
  const servers = [values.blob && blobServer(values.blob), values.table && tableServer(values.table)].filter(
    (server) => !!server,
  );
  await Promise.all(servers.map((server) => server.start()));
  return {
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
});

function blobServer(address: string) {
  const [host, port] = hostAndPort(address);
  const extents = [{ locationId: 'Default', locationPath: inData('__blobstorage__'), maxConcurrency }];
  const [metadata, extentData] = [inData('__azurite_db_blob__.json'), inData('__azurite_db_blob_extent__.json')];
  const logs = [false, undefined, false, undefined] as const;
  return new BlobServer.default(
    new BlobConfiguration.default(host, port, keepAliveSeconds, metadata, extentData, extents, ...logs, false, true),
  );
}

function tableServer(address: string) {
  const [host, port] = hostAndPort(address);
  const metadata = inData('__azurite_db_table__.json');
  return new TableServer.default(
    new TableConfiguration.default(
      host,
      port,
      keepAliveSeconds,
      metadata,
      false,
      false,
      undefined,
      undefined,
      false,
      true,
    ),
  );
}

function hostAndPort(address: string): [string, number] {
  const { hostname, port } = new URL(`tcp://${address}`);
  return [hostname.replace(/[[\]]/g, ''), Number(port)];
}

function inData(name: string): string {
  return join(values.data, name);
}
