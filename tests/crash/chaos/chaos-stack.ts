import { mkdirSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Piece, Supervisor } from '../../../local/launcher/supervisor.ts';
import { freePort } from '../../../local/free-port.ts';
import { createRig, type Rig } from '../rig/rig.ts';

export type PieceName = 'redis' | 'services' | 'azurite' | 'host-1' | 'host-2';

/** Two hosts on one set of services, as a function app that was scaled out; each process is started again when it dies. */
export interface ChaosStack {
  readonly rig: Rig;
  readonly hosts: readonly string[];
  piece(name: PieceName): Supervisor;
  stop(): Promise<void>;
}

/** Short, so that take-overs happen often; shorter than the locks of the queues. */
const settings = { LeaseSeconds: '3', RetryFirstDelayMs: '50', RetryMaxDelayMs: '1000', AttemptTimeLimitSeconds: '30' };
/** The hosts share their users' sessions. */
const sessionKey = randomBytes(32);

export async function startChaosStack(root: string, folder: string, log: (line: string) => void): Promise<ChaosStack> {
  const rig = await createRig({ root, folder, settings, log });
  const supervised = (name: PieceName, start: Piece['start']) =>
    new Supervisor(
      { name, ports: {}, stopWithinMs: 5_000, start },
      { log: (line) => log(`${name} | ${line}`), onChange: () => undefined, longestPauseMs: 1_000 },
    );
  const services = (['redis', 'services', 'azurite'] as const).map((name) =>
    supervised(name, () => rig.startPiece(name)),
  );
  await Promise.all(services.map((piece) => piece.start()));
  const ports = [await freePort(), await freePort()];
  const hosts = ports.map((port, n) => {
    mkdirSync(join(folder, `host-${port}`), { recursive: true });
    writeFileSync(join(folder, `host-${port}`, 'session.key'), sessionKey);
    return supervised(`host-${n + 1}` as PieceName, () => rig.startHost(port));
  });
  await Promise.all(hosts.map((piece) => piece.start()));
  const all = [...hosts, ...services];
  return {
    rig,
    hosts: ports.map((port) => `http://localhost:${port}`),
    piece: (name) => all.find(({ piece }) => piece.name === name)!,
    async stop() {
      for (const supervisor of all) await supervisor.stop();
    },
  };
}
