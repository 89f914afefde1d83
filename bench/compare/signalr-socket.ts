import { WebSocket } from 'ws';
import { eventsMethod } from '../../contracts/names.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';

const separator = '\x1e';
const [invocation, close] = [1, 7];
/** The service closes a connection that was silent for 30 s. */
const pingEveryMs = 10_000;

interface HubMessage {
  readonly type?: number;
  readonly target?: string;
  readonly arguments?: readonly unknown[];
  readonly error?: string;
}

/**
 * A live connection to SignalR over a bare WebSocket, in its JSON protocol
 * (github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md): as light as the Socket.IO client it is measured beside.
 * @param url and accessToken as `POST /api/negotiate` answered
 */
export async function openSignalR(
  { url, accessToken }: { url: string; accessToken: string },
  onEvents: (events: readonly TaskEvent[]) => void,
): Promise<() => void> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), {
    headers: { authorization: `Bearer ${accessToken}` },
    perMessageDeflate: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(`{"protocol":"json","version":1}${separator}`));
    socket.on('message', (data: Buffer) => {
      for (const record of data.toString().split(separator)) {
        if (record === '') continue;
        const message = JSON.parse(record) as HubMessage;
        if (message.type === undefined) {
          if (message.error === undefined) resolve();
          else reject(new Error(message.error));
        } else if (message.type === invocation && message.target === eventsMethod) {
          onEvents(message.arguments?.[0] as TaskEvent[]);
        } else if (message.type === close) {
          throw new Error(`SignalR closed the live connection: ${message.error ?? 'it did not say why'}.`);
        }
      }
    });
  });
  const pinging = setInterval(() => socket.send(`{"type":6}${separator}`), pingEveryMs);
  return () => {
    clearInterval(pinging);
    socket.terminate();
  };
}
