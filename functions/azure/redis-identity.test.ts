import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startRedis, type RedisServer } from '../../local/redis.ts';
import { startRedisCluster } from '../../tests/support/redis-cluster.ts';
import { toResponse } from '../http-errors.ts';
import { FreshToken } from './fresh-token.ts';
import { connectRedis } from './redis.ts';

const objectId = '1f1a2b3c-0000-4000-8000-000000000000';
const hourMs = 60 * 60 * 1000;
const log = { warn: () => undefined, error: () => undefined, invocationId: 'test' };

const folder = mkdtempSync(join(tmpdir(), 'redis-identity-'));
const opened: { disconnect(): void }[] = [];
afterEach(() => opened.splice(0).forEach((one) => one.disconnect()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Plays Entra ID and the service's access policy: what it issues becomes a password of the identity's user. The first token is there at
 * once, the second when the test says so.
 */
class Issuer {
  readonly #admins: readonly Redis[];
  readonly #mayRenew = Promise.withResolvers<void>();
  readonly #isRefused: boolean;
  #issued = 0;

  constructor(servers: readonly RedisServer[], { isRefused = false } = {}) {
    this.#admins = servers.map(({ url }) => new Redis(url));
    this.#isRefused = isRefused;
    opened.push(...this.#admins);
  }

  tokens(): FreshToken {
    const nextCheck = () => (this.#issued < 2 ? 10 : hourMs);
    const tokens = new FreshToken(
      () => this.#issue(),
      () => undefined,
      nextCheck,
    );
    opened.push({ disconnect: () => tokens.close() });
    return tokens;
  }

  async #issue() {
    if (this.#issued === 1) await this.#mayRenew.promise;
    const token = `token-${(this.#issued += 1)}`;
    if (!this.#isRefused) await this.allow(`>${token}`);
    return { token, expiresOnTimestamp: Date.now() + hourMs };
  }

  async allow(...rules: string[]): Promise<void> {
    await this.#onEach((admin) => admin.call('ACL', 'SETUSER', objectId, 'on', '~*', '&*', '+@all', ...rules));
  }

  /** Resolves when every server has been told of the second token. */
  async renew(): Promise<void> {
    this.#mayRenew.resolve();
    // The first one came with HELLO.
    await this.#onEach(async (admin) => {
      while (!/cmdstat_auth:calls=[1-9]/.test(await admin.info('commandstats'))) await delay(20);
    });
  }

  /** As when the first token expires: it is taken no more, and connections are closed. */
  async expireFirst(): Promise<void> {
    await this.allow('resetpass', '>token-2');
    await this.#onEach((admin) => admin.call('CLIENT', 'KILL', 'USER', objectId));
  }

  async #onEach(act: (admin: Redis) => Promise<unknown>): Promise<void> {
    await Promise.all(this.#admins.map(act));
  }
}

function connect(url: string, tokens: FreshToken, query = ''): Redis {
  const { host } = new URL(url);
  const redis = connectRedis(`redis://${objectId}@${host}${query}`, { maxRetriesPerRequest: null }, () => tokens);
  opened.push(redis);
  return redis;
}

describe('Redis by identity', () => {
  let server: RedisServer;
  beforeEach(async () => void (server = await startRedis({ port: 0, dataDir: folder, appendonly: false })));
  afterEach(() => server.close());

  it('signs in with a token, as the object ID', async () => {
    const redis = connect(server.url, new Issuer([server]).tokens());
    expect(await redis.call('ACL', 'WHOAMI')).toBe(objectId);
  });

  it('tells the service of a new token over the open connection', async () => {
    const issuer = new Issuer([server]);
    const redis = connect(server.url, issuer.tokens());
    const id = await redis.client('ID');
    await issuer.renew();
    expect(await redis.client('ID')).toBe(id);
    expect(await redis.set('key', 'value')).toBe('OK');
  });

  it('reconnects with the token of now, not with that of the beginning', async () => {
    const issuer = new Issuer([server]);
    const redis = connect(server.url, issuer.tokens());
    await redis.set('key', 'before');
    await issuer.renew();
    await issuer.expireFirst();
    expect(await redis.get('key')).toBe('before');
  });

  it('tells a refused token from a fault of ours, keeps it secret, and tries again', async () => {
    const issuer = new Issuer([server], { isRefused: true });
    const redis = connect(server.url, issuer.tokens());
    const error = await redis.get('key').then(fail, (thrown: unknown) => thrown);
    expect(toResponse(error, log)).toMatchObject({ status: 503 });
    expect(inspect(error, { depth: 5 })).not.toContain('token-1');
    await issuer.allow('>token-1');
    for (let answer; answer !== 'OK';) answer = await redis.set('key', 'value').catch(() => undefined);
  });
});

it('signs in to every node of a cluster, and keeps it so', async () => {
  const nodes = await startRedisCluster(join(folder, 'cluster'));
  try {
    const issuer = new Issuer(nodes);
    const redis = connect(nodes[0]!.url, issuer.tokens(), '?cluster=true');
    const keys = Array.from({ length: 16 }, (_, n) => `{${n}}:key`);
    await Promise.all(keys.map((key) => redis.set(key, key)));
    await issuer.renew();
    await issuer.expireFirst();
    // What is under way when a node closes its connection fails; what comes then goes over a new one.
    const read = () => Promise.all(keys.map((key) => redis.get(key))).catch(() => undefined);
    let answers = await read();
    while (answers === undefined) answers = await read();
    expect(answers).toEqual(keys);
  } finally {
    for (const one of opened.splice(0)) one.disconnect();
    await Promise.all(nodes.map((node) => node.close()));
  }
});

const fail = () => {
  throw new Error('It should have failed.');
};
