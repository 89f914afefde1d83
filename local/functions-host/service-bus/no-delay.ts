import type { Socket } from 'node:net';
import rhea from 'rhea';

/**
 * Has the Service Bus SDK's frames sent at once. The kernel would hold a small one back until the one before it is acknowledged, which
 * the other side may put off for 40 ms (Nagle's algorithm and delayed acknowledgements). The SDK passes no socket options on, and its
 * connections belong to no container of rhea's whose options they would take.
 */
export function sendFramesAtOnce(): void {
  const anyConnection = Object.getPrototypeOf(rhea.create_connection({ host: '', port: 0 })) as {
    init: (this: unknown, socket: Partial<Socket>) => unknown;
  };
  const { init } = anyConnection;
  anyConnection.init = function (this: unknown, socket: Partial<Socket>) {
    socket.setNoDelay?.(true);
    return init.call(this, socket);
  };
}
