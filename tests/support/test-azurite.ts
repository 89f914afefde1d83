/** Gives a test file an Azurite of its own: own process, own folder, own port, stopped when the file's tests are over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../local/launcher/child.ts';
import type { RunningPiece } from '../../local/launcher/supervisor.ts';
import { freePorts } from '../../local/free-port.ts';

const key = Buffer.from('a key of our own').toString('base64');

export interface TestAzurite {
  /** May be read from `beforeAll` on. */
  readonly connectionString: string;
  stop(): Promise<void>;
  /** On the same ports, with the same blobs and tables. */
  start(): Promise<void>;
}

/** Call it at the top of a test file or a describe block. */
export function useTestAzurite(): TestAzurite {
  const folder = mkdtempSync(join(tmpdir(), 'test-azurite-'));
  let [port, tablePort] = [0, 0];
  let running: RunningPiece | undefined;
  const azurite: TestAzurite = {
    get connectionString() {
      if (port === 0) throw new Error('Azurite runs from beforeAll on.');
      return `DefaultEndpointsProtocol=http;AccountName=ours;AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/ours;TableEndpoint=http://127.0.0.1:${tablePort}/ours;`;
    },
    async stop() {
      running?.terminate();
      await running?.ended;
      running = undefined;
    },
    async start() {
      const options = {
        program: 'local/azurite.ts',
        args: ['--blob', `127.0.0.1:${port}`, '--table', `127.0.0.1:${tablePort}`, '--data', join(folder, 'data')],
        cwd: process.cwd(),
        environment: { AZURITE_ACCOUNTS: `ours:${key}` },
        log: () => undefined,
        readyWithinMs: 30_000,
        pingEveryMs: 0,
        missedPingsAllowed: 0,
      };
      running = await startChild(options, new AbortController().signal);
    },
  };
  beforeAll(async () => {
    [port = 0, tablePort = 0] = await freePorts(2);
    await azurite.start();
  });
  afterAll(async () => {
    await azurite.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return azurite;
}
