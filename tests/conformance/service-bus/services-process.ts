import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { freePorts } from '../../../local/free-port.ts';
import { ENTITIES } from './entities.ts';
import { connectionStringOf } from './namespace.ts';

/** The program that serves Service Bus for `npm start`, on a data folder, until it ends or is ended. */
export interface ServicesProcess {
  readonly client: ServiceBusClient;
  /** What it wrote. */
  readonly output: () => string;
  /** The exit code, or the signal. */
  readonly ended: Promise<number | string>;
  /** Ends it, and the client. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

const PROGRAM = join(process.cwd(), 'local/services.ts');

/** Resolves when it is ready, or has ended because it cannot start. */
export async function startServices(folder: string): Promise<ServicesProcess> {
  const [port = 0] = await freePorts(1);
  mkdirSync(folder, { recursive: true });
  const [settings, entities] = [join(folder, 'settings.json'), join(folder, 'entities.json')];
  const connection = connectionStringOf(port);
  writeFileSync(settings, JSON.stringify({ Values: { ServiceBusConnection: connection } }));
  writeFileSync(entities, JSON.stringify(ENTITIES));
  const child = fork(PROGRAM, ['--settings', settings, '--data', folder, '--entities', entities], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown');
  await Promise.race([once(child, 'message'), ended]);
  const client = new ServiceBusClient(connection, { retryOptions: { maxRetries: 0, timeoutInMs: 3000 } });
  return {
    client,
    output: () => output,
    ended,
    async stop(signal) {
      child.kill(signal);
      await ended;
      await client.close();
    },
  };
}
