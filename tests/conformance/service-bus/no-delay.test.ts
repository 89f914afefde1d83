import type { ServiceBusClient } from '@azure/service-bus';
import { Socket } from 'node:net';
import type * as Host from '../../../local/functions-host/service-bus/connection.ts';
import type * as App from '../../../functions/azure/service-bus.ts';
import { ENTITIES } from './entities.ts';
import { startNamespace } from './namespace.ts';

const load = <Module extends object>(path: string): Module => {
  let loaded: Module | undefined;
  // Each with a library of its own: what one does to it must not help the other.
  jest.isolateModules(() => (loaded = jest.requireActual<Module>(path)));
  return loaded!;
};
const connections: [string, (connection: string) => ServiceBusClient][] = [
  [
    'the app',
    (ServiceBusConnection) => load<typeof App>('../../../functions/azure/service-bus.ts').connectServiceBus({ ServiceBusConnection }), // prettier-ignore
  ],
  [
    'the host',
    (Bus) => load<typeof Host>('../../../local/functions-host/service-bus/connection.ts').createServiceBusClient({ Bus }, 'Bus'), // prettier-ignore
  ],
];

it.each(connections)(
  'has the frames of %s sent at once, over a connection that only sends as well',
  async (_, connect) => {
    const told = jest.spyOn(Socket.prototype, 'setNoDelay');
    const namespace = await startNamespace(ENTITIES);
    const client = connect(namespace.connectionString);
    await client.createSender('plain').sendMessages({ body: 1 });
    const port = Number(/:(\d+);/.exec(namespace.connectionString)?.[1]);
    const sockets = told.mock.contexts as Socket[];
    expect(sockets.filter(({ remotePort }) => remotePort === port)).toHaveLength(1);
    await client.close();
    await namespace.close();
    told.mockRestore();
  },
);
