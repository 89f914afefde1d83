import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/free-port.ts';
import { createRig } from '../../tests/crash/rig/rig.ts';
import { RedisCounter } from '../counting/redis-counter.ts';
import { startTcpProxy } from '../counting/tcp-proxy.ts';

/** A stack whose host can be killed and started again, with the task type that leaves evidence, and whose Redis commands are counted. */
export async function startBenchRig() {
  const folder = mkdtempSync(join(tmpdir(), 'delivery-'));
  // A short lease: what the measurement waits for after a kill is its end.
  const rig = await createRig({ root: join(import.meta.dirname, '../..'), folder, settings: { LeaseSeconds: '3' } });
  const pieces = [await rig.startPiece('redis'), await rig.startPiece('azurite'), await rig.startPiece('services')];
  const redisUrl = new URL(rig.values['RedisConnection'] ?? '');
  const counter = new RedisCounter();
  const proxy = await startTcpProxy(Number(redisUrl.port), () => counter.watch());
  redisUrl.port = String(proxy.port);
  const port = await freePort();
  const startHost = () => rig.startHost(port, { ...rig.values, RedisConnection: redisUrl.href });
  let host = await startHost();
  return {
    baseUrl: `http://localhost:${port}`,
    witnessFile: rig.witnessFile,
    counter,
    /** Ends the host with SIGKILL, and starts it again. */
    async crash(): Promise<void> {
      host.kill();
      await host.ended;
      host = await startHost();
    },
    async stop(): Promise<void> {
      for (const piece of [host, ...pieces.toReversed()]) {
        piece.terminate();
        await piece.ended;
      }
      await proxy.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type BenchRig = Awaited<ReturnType<typeof startBenchRig>>;
