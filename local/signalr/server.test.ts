import { startSignalR } from './server.ts';

it('does not start on a port that is in use, and leaves nothing running', async () => {
  const first = await startSignalR({ port: 0, accessKey: 'key' });
  await expect(startSignalR({ port: first.port, accessKey: 'key' })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
});

it('gives its port back when it is closed', async () => {
  const first = await startSignalR({ port: 0, accessKey: 'key' });
  await first.close();
  const second = await startSignalR({ port: first.port, accessKey: 'key' });
  expect((await fetch(`http://localhost:${second.port}/api/health`)).status).toBe(200);
  await second.close();
});
