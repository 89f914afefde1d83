/** A Redis Cluster of three nodes on this machine, each with a third of the slots and no replica. */
import { Cluster, Redis } from 'ioredis';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { pipelining } from '../../functions/azure/redis.ts';
import { startRedis } from '../../local/redis.ts';
import type { RedisServer } from '../../local/redis.ts';
import { freePorts } from '../../local/free-port.ts';

const slots = 16_384;
const nodes = 3;

/** @param folder one folder for each node is made in it. @returns the nodes, each of which leads to the others */
export async function startRedisCluster(folder: string): Promise<readonly RedisServer[]> {
  const ports = await freePorts(nodes * 2);
  const servers = await Promise.all(
    Array.from({ length: nodes }, (_, n) =>
      startRedis({
        port: ports[n]!,
        clusterPort: ports[nodes + n]!,
        dataDir: join(folder, `node-${n}`),
        appendonly: false,
      }),
    ),
  );
  const clients = servers.map(({ url }) => new Redis(url));
  try {
    await Promise.all(
      clients.map((client, n) => client.call('CLUSTER', 'ADDSLOTSRANGE', firstSlot(n), firstSlot(n + 1) - 1)),
    );
    for (const n of [1, 2]) await clients[0]!.call('CLUSTER', 'MEET', '127.0.0.1', ports[n]!, ports[nodes + n]!);
    await Promise.all(clients.map(untilComplete));
  } finally {
    for (const client of clients) client.disconnect();
  }
  return servers;
}

const firstSlot = (node: number) => Math.floor((node * slots) / nodes);

async function untilComplete(client: Redis): Promise<void> {
  for (;;) {
    const info = String(await client.call('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${slots}`)) return;
    await delay(20);
  }
}

/** A client with the interface of `Redis`; `keys` and `flushall`, which only tests use, reach all nodes. */
export function connectToCluster(server: RedisServer, options: Partial<typeof pipelining>): Redis {
  const cluster = new Cluster([server.url], options);
  const onEach = <T>(ask: (node: Redis) => Promise<T>) => Promise.all(cluster.nodes('master').map(ask));
  const reachingAll = {
    keys: async (pattern: string) => (await onEach((node) => node.keys(pattern))).flat(),
    flushall: async () => {
      await cluster.ping();
      await onEach((node) => node.flushall());
      return 'OK';
    },
  };
  return Object.assign(cluster, reachingAll) as unknown as Redis;
}
