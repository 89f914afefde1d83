import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import serviceBus from '../../contracts/service-bus.json' with { type: 'json' };
import { spawnLauncher } from '../support/launcher-process.ts';
import { startStack } from '../support/stack.ts';
import type { TestStack } from '../support/stack.ts';

let closers: (() => unknown)[];
beforeEach(() => (closers = []));
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

function isAlive(pid: number): boolean {
  try {
    // A zombie waits for its parent only: it has ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const alive = (pids: Iterable<number>) => [...pids].filter(isAlive);

function launcherPid({ dataDir }: TestStack): number {
  const { launcher } = JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8')) as {
    launcher: { pid: number };
  };
  return launcher.pid;
}

/** A task whose handler is at work for a minute. */
async function submitLongTask({ baseUrl }: TestStack): Promise<void> {
  const body = JSON.stringify({ type: 'echo', payload: { message: 'long', delayMs: 60_000 } });
  const response = await fetch(`${baseUrl}/api/tasks`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  const { id } = (await response.json()) as { id: string };
  const state = async () => ((await (await fetch(`${baseUrl}/api/tasks/${id}`)).json()) as { state: string }).state;
  while ((await state()) !== 'running') await delay(50);
}

it.each(['SIGINT', 'SIGHUP'] as const)('stops every process within 5 s on %s, the host first', async (signal) => {
  const stack = await startStack();
  const pids = Object.values(stack.pids());
  expect(await stack.stop(signal)).toBeLessThan(5_000);
  expect(alive(pids)).toEqual([]);
  const order = [...stack.logs().matchAll(/ (\w+) +\| stopped$/gm)].map(([, name]) => name);
  expect(order).toEqual(['host', 'services', 'azurite', 'redis']);
  expect(existsSync(join(stack.dataDir, 'processes.json'))).toBe(false);
});

it('stops within 5 s although a handler is at work and pieces hang', async () => {
  const stack = await startStack();
  await submitLongTask(stack);
  const pids = stack.pids();
  for (const name of ['services', 'azurite', 'redis'] as const) process.kill(pids[name] as number, 'SIGSTOP');
  expect(await stack.stop()).toBeLessThan(5_000);
  expect(alive(Object.values(pids))).toEqual([]);
});

it('kills everything at once on a second Ctrl-C', async () => {
  const stack = await startStack();
  const pids = stack.pids();
  const launcher = launcherPid(stack);
  process.kill(pids.host as number, 'SIGSTOP');
  process.kill(launcher, 'SIGINT');
  while (!stack.logs().includes('Stopping …')) await delay(10);
  // Two signals at the same moment are one Ctrl-C: the terminal and npm both send it.
  await delay(800);
  const askedAt = Date.now();
  expect(await stack.stop('SIGINT')).toBeLessThan(1_000);
  while (alive(Object.values(pids)).length > 0 && Date.now() - askedAt < 1_000) await delay(10);
  expect(alive(Object.values(pids))).toEqual([]);
});

it('leaves no process behind when it is killed itself, and a new start finds the data', async () => {
  const stack = await startStack();
  const client = new Redis(stack.redisUrl, { disconnectTimeout: 1 });
  await client.set('kept', 'yes');
  client.disconnect();
  const pids = Object.values(stack.pids());
  const args = ['--settings', stack.settingsFile, '--data', stack.dataDir];
  process.kill(launcherPid(stack), 'SIGKILL');
  // At once, while the children still end.
  const second = spawnLauncher(args);
  closers.push(() => stack.stop());
  await second.ready;
  expect(alive(pids)).toEqual([]);
  const again = new Redis(stack.redisUrl, { disconnectTimeout: 1 });
  expect(await again.get('kept')).toBe('yes');
  again.disconnect();
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

it('refuses a second start on the same data folder, and runs a second stack, with other queues, beside the first', async () => {
  const first = await startStack();
  closers.push(() => first.stop());
  const queue = { Name: 'other', Properties: { RequiresSession: false } };
  const entities = {
    UserConfig: {
      Namespaces: [
        { Name: 'sbemulatorns', Queues: [...(serviceBus.UserConfig.Namespaces[0]?.Queues ?? []), queue], Topics: [] },
      ],
    },
  };
  const second = await startStack({ entities });
  closers.push(() => second.stop());
  const refused = spawnLauncher(['--settings', second.settingsFile, '--data', first.dataDir]);
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toBe(
    `Another "npm start" (process ${launcherPid(first)}) already runs on ${first.dataDir}: ` +
      'stop it, or give this one its own --settings FILE and --data DIR.\n',
  );
  const client = new ServiceBusClient(second.serviceBusConnection);
  await client.createSender('other').sendMessages({ body: 'to a queue of the second stack only' });
  await client.close();
  for (const { baseUrl } of [first, second]) expect((await fetch(`${baseUrl}/api/health`)).status).toBe(200);
});
