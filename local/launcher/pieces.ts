/** The processes that make up a stack, as the supervisor runs them. */
import { join } from 'node:path';
import type { LocalEndpoint, StorageEndpoint } from '../local-endpoints.ts';
import { allowBrowserUploads } from './browser-uploads.ts';
import { startChild } from './child.ts';
import type { ChildOptions } from './child.ts';
import type { Log } from './log.ts';
import type { Plan } from './plan.ts';
import { startRedisPiece } from './redis-piece.ts';
import type { Piece, RunningPiece } from './supervisor.ts';
import { webPiece } from './web-piece.ts';

export interface StackOptions {
  /** The project: where package.json, local/ and dist/ are. */
  readonly root: string;
  readonly settingsFile: string;
  readonly dataDir: string;
  readonly entitiesFile: string;
  readonly httpPort: number;
  /** Where web pages come from that may upload to Blob Storage. */
  readonly webOrigins: readonly string[];
  /** Where the host waits for a debugger. */
  readonly inspect: string | undefined;
  readonly servicesOnly: boolean;
  /** Where `ng serve` listens; undefined where the web app is served as it was built. */
  readonly webPort: number | undefined;
  readonly logFor: (name: string) => Log;
}

/** Where a redis-server is unpacked that is not on PATH, within the project. */
export const redisToolsFolder = '.local/redis-server';

/** A piece that does not answer for ten seconds hangs. */
const watched = { readyWithinMs: 60_000, pingEveryMs: 2_000, missedPingsAllowed: 5 };

/** In the order in which they end: the host before what it needs, so that it can settle its messages. */
export function piecesOf(plan: Plan, options: StackOptions): Piece[] {
  const { webPort, logFor } = options;
  return [
    webPort === undefined ? undefined : webPiece({ ...options, webPort, log: logFor('web') }),
    options.servicesOnly ? undefined : hostPiece(options),
    servicesPiece(plan, options),
    azuritePiece(plan, options),
    redisPiece(plan, options),
  ].filter((piece) => piece !== undefined);
}

function hostPiece({ root, settingsFile, dataDir, httpPort, inspect, logFor }: StackOptions): Piece {
  const program = join(root, 'local/functions-host/main.ts');
  const args = ['--app', root, '--settings', settingsFile, '--data', dataDir, '--drain-seconds', '2'];
  // A breakpoint is no hang.
  const debugged = inspect === undefined ? {} : { nodeOptions: [`--inspect=${inspect}`], pingEveryMs: 0 };
  const child = { ...watched, program, args, cwd: root, log: logFor('host'), ...debugged };
  return { ...pieceOf('host', { http: httpPort }, 2_800, child), needsOthers: true };
}

function servicesPiece(
  plan: Plan,
  { root, settingsFile, dataDir, entitiesFile, logFor }: StackOptions,
): Piece | undefined {
  const { serviceBus, signalR } = plan;
  if (!serviceBus && !signalR) return undefined;
  const program = join(root, 'local/services.ts');
  const serve = [...(serviceBus ? ['--serve', 'service-bus'] : []), ...(signalR ? ['--serve', 'signalr'] : [])];
  const args = ['--settings', settingsFile, '--data', dataDir, '--entities', entitiesFile, ...serve];
  const ports = { ...(serviceBus && { serviceBus: serviceBus.port }), ...(signalR && { signalR: signalR.port }) };
  return pieceOf('services', ports, 700, { ...watched, program, args, cwd: root, log: logFor('services') });
}

function azuritePiece({ blob, table }: Plan, options: StackOptions): Piece | undefined {
  if (!blob && !table) return undefined;
  const { root, dataDir, webOrigins, logFor } = options;
  const program = join(root, 'local/azurite.ts');
  const addresses = [...(blob ? ['--blob', addressOf(blob)] : []), ...(table ? ['--table', addressOf(table)] : [])];
  const args = [...addresses, '--data', join(dataDir, 'azurite')];
  const accounts = blob?.accounts ?? table?.accounts;
  const environment = accounts ? { AZURITE_ACCOUNTS: accounts } : {};
  const ports = { ...(blob && { blob: blob.port }), ...(table && { table: table.port }) };
  const child = { ...watched, program, args, environment, cwd: root, log: logFor('azurite') };
  const piece = pieceOf('azurite', ports, 500, child);
  return blob ? { ...piece, start: (signal) => startWithUploads(piece.start(signal), blob, webOrigins) } : piece;
}

/** At each start: Azurite writes its properties to the disk some seconds after it was told. */
async function startWithUploads(
  starting: Promise<RunningPiece>,
  blob: StorageEndpoint,
  webOrigins: readonly string[],
): Promise<RunningPiece> {
  const running = await starting;
  try {
    await allowBrowserUploads(blob, webOrigins);
    return running;
  } catch (error) {
    running.kill();
    await running.ended;
    throw error;
  }
}

function redisPiece({ redis }: Plan, { root, dataDir, logFor }: StackOptions): Piece | undefined {
  if (!redis) return undefined;
  const { port, password } = redis;
  const { pingEveryMs, missedPingsAllowed } = watched;
  const server = {
    port,
    dataDir: join(dataDir, 'redis'),
    toolsDir: join(root, redisToolsFolder),
    ...(password && { password }),
  };
  return {
    name: 'redis',
    ports: { redis: port },
    stopWithinMs: 500,
    start: (signal) =>
      startRedisPiece({ ...server, signal, log: logFor('redis') }, { pingEveryMs, missedPingsAllowed }),
  };
}

function pieceOf(name: string, ports: Record<string, number>, stopWithinMs: number, child: ChildOptions): Piece {
  return { name, ports, stopWithinMs, start: (signal) => startChild(child, signal) };
}

/** "localhost" means the address that every client tries. */
function addressOf({ host, port }: LocalEndpoint): string {
  return `${host === 'localhost' ? '127.0.0.1' : host}:${port}`;
}
