/**
 * The program that runs the Service Bus broker and the SignalR service, where the settings say (`--settings FILE`, `--data DIR`,
 * `--entities FILE`, `--serve service-bus`, `--serve signalr`).
 */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runAsChild } from './child-program.ts';
import { messageOf } from './failure.ts';
import { localEndpoints } from './local-endpoints.ts';
import { startServiceBus } from './service-bus/server.ts';
import { causeFault, serviceBusFaults, signalRFaults } from './service-faults.ts';
import type { FaultRequest } from './service-faults.ts';
import { readSettings, withEnvironment } from './settings-file.ts';
import { startSignalR } from './signalr/server.ts';

const { values: options } = parseArgs({
  options: {
    settings: { type: 'string', default: 'local.settings.json' },
    data: { type: 'string', default: '.local' },
    entities: { type: 'string', default: join(import.meta.dirname, '../contracts/service-bus.json') },
    serve: { type: 'string', multiple: true, default: ['service-bus', 'signalr'] },
  },
});

await runAsChild(async () => {
  const { serviceBus, signalR } = localEndpoints(withEnvironment(readSettings(options.settings).values, process.env));
  await mkdir(options.data, { recursive: true });
  const running: { close(): Promise<void> }[] = [];
  const faults = {};
  if (serviceBus && options.serve.includes('service-bus')) {
    const dataFile = join(options.data, 'service-bus.sqlite');
    const broker = await startServiceBus({
      host: boundTo(serviceBus.host),
      port: serviceBus.port,
      dataFile,
      entities: readEntities(),
      accessKeys: { [serviceBus.keyName]: serviceBus.key },
    });
    running.push(broker);
    Object.assign(faults, serviceBusFaults(broker));
  }
  if (signalR && options.serve.includes('signalr')) {
    const service = await startSignalR({ host: boundTo(signalR.host), port: signalR.port, accessKey: signalR.key });
    running.push(service);
    Object.assign(faults, signalRFaults(service));
  }
  return {
    answer: (request) => causeFault(request as FaultRequest, faults),
    async close() {
      await Promise.all(running.map((service) => service.close()));
    },
  };
});

/** The form of Microsoft's emulator. https://learn.microsoft.com/azure/service-bus-messaging/test-locally-with-service-bus-emulator */
function readEntities(): unknown {
  try {
    return JSON.parse(readFileSync(options.entities, 'utf8')) as unknown;
  } catch (error) {
    throw new Error(`The entities file ${options.entities} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

/** An address to listen on: "localhost" means the one that every client tries. */
function boundTo(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host.replace(/[[\]]/g, '');
}
