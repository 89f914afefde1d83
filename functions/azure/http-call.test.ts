import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { callHttp } from './http-call.ts';

const open: { close(): unknown }[] = [];
afterEach(() => open.splice(0).forEach((server) => server.close()));

async function listening<T extends Server | ReturnType<typeof createTcpServer>>(server: T): Promise<URL> {
  open.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/path?query=1`);
}
const post = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'grüß', timeoutMs: 2_000 };

it('sends method, path, headers and body, and answers with the status', async () => {
  let seen = '';
  const url = await listening(
    createServer((request, response) => {
      seen = `${request.method} ${request.url} ${request.headers['content-type']} `;
      request.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      request.on('end', () => response.writeHead(202).end('dropped'));
    }),
  );
  expect(await callHttp(url, post)).toBe(202);
  expect(seen).toBe('POST /path?query=1 text/plain grüß');
});

it('keeps its connection for the next call', async () => {
  const server = createServer((_, response) => response.end());
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const url = await listening(server);
  for (let n = 0; n < 3; n += 1) await callHttp(url, post);
  expect(connections).toBe(1);
});

it('calls again when the service has closed the idle connection meanwhile', async () => {
  const sockets: Socket[] = [];
  let requests = 0;
  const url = await listening(
    createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', () => {
        requests += 1;
        // The second request on the first connection meets a reset, as when it crosses with the service's closing.
        if (socket === sockets[0] && requests > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    }),
  );
  expect(await callHttp(url, post)).toBe(200);
  expect(await callHttp(url, post)).toBe(200);
  expect(sockets).toHaveLength(2);
  sockets.forEach((socket) => socket.destroy());
});

it('fails when no answer comes in time, and when nobody listens', async () => {
  const url = await listening(createServer(() => undefined));
  await expect(callHttp(url, { ...post, timeoutMs: 50 })).rejects.toThrow(/abort|timeout/i);
  (open[0] as Server).closeAllConnections();
  await new Promise((resolve) => (open.splice(0)[0] as Server).close(resolve));
  await expect(callHttp(url, post)).rejects.toThrow('ECONNREFUSED');
});
