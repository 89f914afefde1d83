import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Gate } from './gate.ts';
import type { Splitter } from './splitter.ts';

export interface Proxy {
  readonly port: number;
  close(): void;
}

/** Which side's writes are operations: the client's, or the server's. */
export type Counted = 'requests' | 'answers';

/** Stands between one process and a service on this machine, and passes each operation through the gate. */
export async function startProxy(
  target: number,
  gate: Gate,
  split: () => Splitter,
  counted: Counted = 'requests',
): Promise<Proxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const service = connect(target, '127.0.0.1');
    const [from, to] = counted === 'requests' ? [client, service] : [service, client];
    for (const socket of [client, service]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
    }
    countInto(gate, split(), from, to);
    to.on('data', (bytes) => void from.write(bytes));
    // What was written before goes out first.
    client.once('close', () => service.end());
    service.once('close', () => client.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function countInto(gate: Gate, split: Splitter, from: Socket, to: Socket): void {
  const { generation } = gate;
  from.on('data', (chunk) => {
    for (const { bytes, operation } of split(chunk)) {
      if (gate.generation !== generation) return;
      const forward = () => void to.write(bytes);
      if (operation === undefined) forward();
      else gate.pass(operation, forward);
    }
  });
}
