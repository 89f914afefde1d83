import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../local/free-port.ts';
import { startStack } from '../../tests/support/stack.ts';
import { AmqpCounter } from './amqp-counter.ts';
import { HttpCounter } from './http-counter.ts';
import { RedisCounter } from './redis-counter.ts';
import { startTcpProxy, type Watcher } from './tcp-proxy.ts';

const root = join(import.meta.dirname, '../..');

/** The services of `npm start`, and the app behind proxies that count what it asks of them. */
export async function startWatchedStack() {
  const services = await startStack({ arguments: ['--services-only'] });
  const counters = { redis: new RedisCounter(), serviceBus: new AmqpCounter(), signalR: new HttpCounter() };
  const [redis, serviceBus, signalR] = await Promise.all([
    proxied(services.redisUrl, counters.redis),
    proxied(services.serviceBusConnection, counters.serviceBus),
    proxied(services.signalRConnection, counters.signalR),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'watched-'));
  const file = join(folder, 'settings.json');
  const [httpPort] = await freePorts(1);
  const values = {
    ...services.values,
    RedisConnection: redis.setting,
    ServiceBusConnection: serviceBus.setting,
    AzureSignalRConnectionString: signalR.setting,
  };
  writeFileSync(file, JSON.stringify({ Values: values, Host: { LocalHttpPort: httpPort } }));
  const host = await startHost(file, folder);
  return {
    baseUrl: `http://localhost:${httpPort}`,
    counters,
    async stop() {
      host.kill();
      await once(host, 'exit');
      await Promise.all([redis, serviceBus, signalR].map(({ proxy }) => proxy.close()));
      await services.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A proxy before the service that a connection string points at, and the string that points at the proxy. */
async function proxied(setting: string, counter: { watch(): Watcher }) {
  const port = Number(/localhost:(\d+)/.exec(setting)?.[1]);
  const proxy = await startTcpProxy(port, () => counter.watch());
  return { proxy, setting: setting.replace(`localhost:${port}`, `localhost:${proxy.port}`) };
}

async function startHost(settingsFile: string, dataFolder: string): Promise<ChildProcess> {
  const program = join(root, 'local/functions-host/main.ts');
  const args = ['--app', root, '--settings', settingsFile, '--data', dataFolder, '--drain-seconds', '2'];
  const host = fork(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(host, 'exit').then(() => Promise.reject(new Error('The Functions host ended at its start.')));
  ended.catch(() => undefined);
  await Promise.race([once(host, 'message'), ended]);
  return host;
}
