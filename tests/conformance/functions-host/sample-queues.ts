/** A broker with some queues, and an app with a function for each of them. */
import { join } from 'node:path';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import type { SampleApp } from './hosted-app.ts';

const queue = (Name: string) => ({
  Name,
  Properties: {
    LockDuration: 'PT5S',
    MaxDeliveryCount: 3,
    RequiresSession: false,
    RequiresDuplicateDetection: false,
  },
});
const queueNames = ['single', 'failing', 'slow', 'manual', 'restart', 'crash', 'stuck'];
const entities = {
  UserConfig: { Namespaces: [{ Name: 'sbemulatorns', Queues: queueNames.map(queue), Topics: [] }] },
};

const functions = `
const { app } = require('@azure/functions');
const trigger = (name, queueName, handler, options = {}) =>
  app.serviceBusQueue(name, { queueName, connection: 'Bus', handler, ...options });
trigger('Single', '%SingleQueue%', (message, context) => {
  context.log('MESSAGE ' + JSON.stringify({ message, type: typeof message, metadata: context.triggerMetadata, trace: context.traceContext.traceParent }));
});
trigger('Failing', 'failing', (message, context) => {
  context.log('ATTEMPT ' + context.triggerMetadata.deliveryCount);
  throw new Error('not this time');
});
let running = 0;
let most = 0;
trigger('Slow', 'slow', async (message, context) => {
  context.log('BEGUN ' + message.id);
  most = Math.max(most, ++running);
  await new Promise((done) => setTimeout(done, message.delayMs));
  running -= 1;
  context.log('SLOW ' + message.id + ' most ' + most);
});
trigger('Manual', 'manual', (message, context) => context.log('MANUAL ' + context.triggerMetadata.deliveryCount), { autoCompleteMessages: false });
trigger('Restart', 'restart', (message, context) => context.log('RESTART ' + message.id));
app.hook.appTerminate(() => console.log('TERMINATED'));
`;

export type Bus = Awaited<ReturnType<typeof startServiceBus>>;

/** With port 0 on any that is free. */
export const startBus = (folder: string, port = 0): Promise<Bus> =>
  startServiceBus({ port, dataFile: join(folder, 'bus.db'), entities });

export const connection = (port: number) =>
  `Endpoint=sb://localhost:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=c2VjcmV0LWtleQ==;UseDevelopmentEmulator=true;`;

export const sampleApp = (port: number): SampleApp => ({
  files: { 'functions.cjs': functions },
  hostJson: { extensions: { serviceBus: { maxConcurrentCalls: 4, maxAutoLockRenewalDuration: '00:00:08' } } },
  values: { Bus: connection(port), SingleQueue: 'single' },
});
