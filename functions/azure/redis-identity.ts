import { AbstractConnector, type Cluster, type Redis, type RedisOptions } from 'ioredis';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { getToken, lazyCredential } from './credential.ts';
import { FreshToken } from './fresh-token.ts';

/** learn.microsoft.com/azure/redis/entra-for-authentication */
const scope = 'https://redis.azure.com/.default';
/** That of ioredis. */
const disconnectTimeoutMs = 2_000;

/** A URL with a user and no password: that user, the object ID of an identity, signs in with tokens of Entra ID. */
export function signsInByToken(url: URL): boolean {
  return url.username !== '' && url.password === '';
}

export function redisTokens(clientId: string | undefined): FreshToken {
  const credential = lazyCredential(clientId);
  return new FreshToken(
    () => getToken(credential, scope),
    (message) => console.warn(`There is no token for Redis yet, it is tried again: ${message}`),
  );
}

/**
 * Options that let ioredis, which knows passwords only, sign in with a token that changes: it waits for a valid one before it opens
 * a connection, and reads the password, an object, when it sends it.
 */
export function tokenOptions(tokens: FreshToken) {
  class TokenConnector extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      super(disconnectTimeoutMs);
      this.#options = options as RedisOptions;
    }

    async connect() {
      this.connecting = true;
      await tokens.get();
      if (!this.connecting) throw new Error('Connection is closed.');
      const { host = 'localhost', port = 6379, tls } = this.#options;
      this.stream = tls ? connectTls({ host, port, ...(typeof tls === 'object' && tls) }) : connectTcp({ host, port });
      return this.stream;
    }
  }
  return {
    password: { toString: () => tokens.latest } as unknown as string,
    Connector: TokenConnector,
  } satisfies RedisOptions;
}

/** Tells the service of each new token before it drops the connections that signed in with the old one. */
export function renewSignIn(redis: Redis, username: string, tokens: FreshToken): void {
  tokens.onRenewed((token) => {
    for (const node of openConnections(redis)) {
      node.auth(username, token).catch(() => {
        console.warn('Redis refused the new token: it will close the connection, and another one is opened.');
      });
    }
  });
}

function openConnections(redis: Redis): Redis[] {
  const all = redis.isCluster ? (redis as unknown as Cluster).nodes('all') : [redis];
  return all.filter(({ status }) => status === 'ready');
}
