import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';

export interface Listening {
  readonly port: number;
  /** Stops taking connections and resolves when the requests under way are answered. */
  close(): Promise<void>;
}

/**
 * Listens on `host`, or on both loopback addresses: `localhost` means either, depending on the client.
 *
 * @throws one sentence that says what to do when the port is taken.
 */
export async function listen(server: HttpServer, port: number, host?: string): Promise<Listening> {
  await bind(server, port, host ?? '127.0.0.1');
  const bound = (server.address() as AddressInfo).port;
  const second = host === undefined ? await listenOnIpv6(server, bound, port === 0) : undefined;
  return {
    port: bound,
    close: async () => {
      second?.close();
      const closed = once(server, 'close');
      // Ends the idle connections of kept-alive clients as well.
      server.close();
      await closed;
    },
  };
}

/** `undefined` where the machine has no IPv6, or where a port picked by the system happens to be taken there. */
async function listenOnIpv6(server: HttpServer, port: number, picked: boolean): Promise<Server | undefined> {
  const second = createServer((socket) => void server.emit('connection', socket));
  try {
    await bind(second, port, '::1');
    return second;
  } catch (error) {
    if (error instanceof PortInUse && !picked) throw error;
    return undefined;
  }
}

class PortInUse extends Error {}

async function bind(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new PortInUse(
      `Port ${port} is in use: stop the program that listens there, or set another "LocalHttpPort" under "Host" in the settings file.`,
    );
  }
}
