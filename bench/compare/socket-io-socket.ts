import { WebSocket } from 'ws';

/** Packets of Engine.IO 4 and Socket.IO 5: socket.io/docs/v4/engine-io-protocol and …/socket-io-protocol. */
const [opened, ping, pong, connect, connected, event] = ['0', '2', '3', '40', '40', '42'] as const;

/** A live connection to Socket.IO over a bare WebSocket: as light as the SignalR client it is measured beside. */
export async function openSocketIo(
  baseUrl: string,
  auth: object,
  onEvent: (name: string, value: unknown) => void,
): Promise<() => void> {
  const url = `${baseUrl.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      const packet = data.toString();
      if (packet.startsWith(event)) {
        const [name, value] = JSON.parse(packet.slice(event.length)) as [string, unknown];
        onEvent(name, value);
      } else if (packet.startsWith(connected)) resolve();
      else if (packet.startsWith(opened)) socket.send(connect + JSON.stringify(auth));
      else if (packet === ping) socket.send(pong);
    });
  });
  return () => socket.terminate();
}
