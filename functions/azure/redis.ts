import { Cluster, Redis, ReplyError, type RedisOptions } from 'ioredis';
import type { FreshToken } from './fresh-token.ts';
import { missingRole } from './missing-role.ts';
import { redisTokens, renewSignIn, signsInByToken, tokenOptions } from './redis-identity.ts';
import { gatheredCommands, prepareConnection } from './redis-scripts.ts';
import { getSettings } from '../settings.ts';

// ioredis hangs the command onto every error, with its arguments: tokens and payloads, which must not reach a log.
const redisError = Object.getPrototypeOf((ReplyError as typeof Error).prototype) as object;
Object.defineProperty(redisError, 'command', { set: () => undefined });

const commandTimeoutMs = 5_000;

let impatient: Redis | undefined;
let patient: Redis | undefined;
let tokens: FreshToken | undefined;

function getTokens(): FreshToken {
  tokens ??= redisTokens(getSettings().RedisConnection__clientId);
  return tokens;
}

/** For requests of people: a command fails within seconds when Redis is away. */
export function getRedis(): Redis {
  impatient ??= connectRedis(getSettings().RedisConnection, {
    maxRetriesPerRequest: 1,
    commandTimeout: commandTimeoutMs,
  });
  return impatient;
}

/**
 * For running tasks: a command waits until Redis is back and is then sent again. That is safe because each script
 * answers a repetition as it answered the first time.
 */
export function getPatientRedis(): Redis {
  patient ??= connectRedis(getSettings().RedisConnection, { maxRetriesPerRequest: null });
  return patient;
}

const pauseBeforeReconnect = (times: number) => Math.min(50 * 2 ** Math.min(times, 10), 1_000) + Math.random() * 100;

/** Commands of one turn of the event loop go together, but those that gather by themselves: with their number of keys in front, ioredis would take it for the key. */
export const pipelining = { enableAutoPipelining: true, autoPipeliningIgnoredCommands: gatheredCommands };

interface Patience {
  readonly maxRetriesPerRequest: number | null;
  readonly commandTimeout?: number;
}
type ConnectionOptions = Patience & Pick<RedisOptions, 'username' | 'password' | 'Connector'>;

/**
 * A connection to one Redis or, where the URL says `?cluster=true`, to all nodes of a Redis Cluster (Azure Managed Redis with the
 * policy OSSCluster). Both have the commands of `Redis`; on a cluster each goes to the node that has its key.
 * @param tokensFor asked where the URL has a user and no password
 */
export function connectRedis(connection: string, patience: Patience, tokensFor: () => FreshToken = getTokens): Redis {
  const url = new URL(connection);
  const isCluster = url.searchParams.get('cluster') === 'true';
  url.searchParams.delete('cluster');
  const signIn = signsInByToken(url) ? tokensFor() : undefined;
  const username = decodeURIComponent(url.username);
  // What the URL says wins over options, also its empty password.
  if (signIn) url.username = '';
  const options = { ...patience, ...(signIn && { username, ...tokenOptions(signIn) }) };
  const redis = isCluster ? connectCluster(url, options) : connectOne(url, options);
  // Without a listener ioredis prints every failed reconnect. The commands themselves report what goes wrong, but patient ones wait.
  redis.on('error', warnOfRefusal);
  if (signIn) renewSignIn(redis, username, signIn);
  prepareConnection(redis);
  return redis;
}

const warnAtMostEveryMs = 60_000;
let warnedAt = 0;

function warnOfRefusal(error: unknown): void {
  const refusal = missingRole('redis', error);
  if (refusal === undefined || Date.now() - warnedAt < warnAtMostEveryMs) return;
  warnedAt = Date.now();
  console.warn(refusal);
}

function connectOne(url: URL, options: ConnectionOptions): Redis {
  return new Redis(url.href, { ...options, ...pipelining, retryStrategy: pauseBeforeReconnect });
}

/** ioredis holds commands back without a limit of time while no node of a cluster can be reached: lets them fail instead. */
function limitWaiting(cluster: Cluster, timeoutMs: number): void {
  const send = cluster.sendCommand.bind(cluster);
  cluster.sendCommand = (command, ...more) => {
    command.setTimeout(timeoutMs);
    return send(command, ...more);
  };
}

function connectCluster(url: URL, options: ConnectionOptions): Redis {
  const cluster = new Cluster([{ host: url.hostname, port: Number(url.port || 6379) }], {
    ...pipelining,
    clusterRetryStrategy: pauseBeforeReconnect,
    // Nodes tell their addresses, for which no certificate was made: it is checked against the name in the setting.
    dnsLookup: (address, callback) => callback(null, address),
    redisOptions: {
      ...options,
      ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
      ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
      ...(url.protocol === 'rediss:' && { tls: { servername: url.hostname } }),
    },
  });
  if (options.commandTimeout !== undefined) limitWaiting(cluster, options.commandTimeout);
  return cluster as unknown as Redis;
}

/** Closes the connections, so that the process can end. */
export async function closeRedis(): Promise<void> {
  const open = [impatient, patient].filter((redis) => redis !== undefined);
  impatient = patient = undefined;
  for (const redis of open) redis.disconnect();
  tokens?.close();
  tokens = undefined;
}
