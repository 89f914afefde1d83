import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Where free ports are looked for: below the range from which Linux, macOS and Windows take the ports of outgoing
 * connections and of `listen(0)`, so that none of these takes a port between its being found and its being used; and
 * above 10080, the last of the ports that browsers and fetch refuse.
 */
const LOWEST = 11_000;
const HIGHEST = 32_767;

const given = new Set<number>();

/**
 * A TCP port of this machine that nothing listens on now, another at each call. Another process that looks for one, too,
 * may take it before the caller does; among so many that is unlikely.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** As many, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}
