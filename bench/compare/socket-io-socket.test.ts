import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io as official } from 'socket.io-client';
import { openSocketIo } from './socket-io-socket.ts';

it('sees what the official client sees, in the room it signed in to', async () => {
  const http = createServer();
  const server = new Server(http, { transports: ['websocket'], pingInterval: 50 });
  const pongs = new Map<string, number>();
  server.on('connection', (socket) => {
    void socket.join(String(socket.handshake.auth['user']));
    socket.conn.on('heartbeat', () => pongs.set(socket.id, (pongs.get(socket.id) ?? 0) + 1));
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  const seen = { bare: [] as unknown[], official: [] as unknown[] };
  const close = await openSocketIo(url, { user: 'ada' }, (name, value) => seen.bare.push([name, value]));
  const client = official(url, { transports: ['websocket'], auth: { user: 'ada' } });
  client.on('completed', (value: unknown) => seen.official.push(['completed', value]));
  await new Promise<void>((connected) => client.on('connect', connected));

  const answered = () => pongs.size === 2 && [...pongs.values()].every((count) => count >= 3);
  while (!answered()) await new Promise((resolve) => setTimeout(resolve, 5));
  server.to('bob').emit('completed', { jobId: '1' });
  server.to('ada').emit('completed', { jobId: '2', result: { message: 'grüß "dich"' } });
  server.to('ada').emit('completed', { jobId: '3' });
  while (seen.official.length < 2 || seen.bare.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(seen.bare).toEqual(seen.official);
  expect(seen.bare).toHaveLength(2);

  close();
  client.close();
  await server.close();
});
