import { listen, type Listening } from './amqp/listener.ts';
import { amqpEncoding } from './amqp/message-encoding.ts';
import { Broker } from './broker/broker.ts';
import type { Faults } from './broker/faults.ts';
import type { Deliveries } from './broker/deliveries.ts';
import { systemClock } from './broker/clock.ts';
import { parseEntities } from './broker/entities.ts';

/** Bytes of a message or batch. @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas */
const MAX_MESSAGE_SIZE = { standard: 256 * 1024, premium: 100 * 1024 * 1024 } as const;

export interface ServiceBusOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  readonly host?: string;
  /** Path of the SQLite file that holds everything; it is made when there is none. */
  readonly dataFile: string;
  /** Queues and topics, in the format of `Config.json` of Microsoft's emulator. */
  readonly entities: unknown;
  /** Keys by policy name; without them every client may enter. */
  readonly accessKeys?: Readonly<Record<string, string>>;
  readonly tier?: keyof typeof MAX_MESSAGE_SIZE;
  /** Milliseconds since 1970; the system's clock when left out. */
  readonly now?: () => number;
  /** Told when it finds that something acknowledged may be lost; stderr when left out. */
  readonly warn?: (sentence: string) => void;
}

export interface ServiceBusServer extends Listening {
  readonly faults: Faults;
  /** What consumers of the queue, subscription or dead-letter queue at a path hold, for faults. @throws ServiceBusError amqp:not-found */
  deliveries(path: string): Deliveries;
}

/**
 * Starts the stand-in for an Azure Service Bus namespace (AMQP 1.0 over TCP).
 * @throws Error in one sentence when the entities or the data file are not usable; the error of `listen` when the port is taken.
 */
export async function startServiceBus(options: ServiceBusOptions): Promise<ServiceBusServer> {
  const { port, host = '127.0.0.1', dataFile, entities, accessKeys, tier = 'standard', now = Date.now } = options;
  const warn = options.warn ?? ((sentence: string) => console.warn(sentence));
  const broker = new Broker(dataFile, parseEntities(entities), systemClock(now), amqpEncoding, warn);
  try {
    const listening = await listen({ port, host, broker, accessKeys, now, maxMessageSize: MAX_MESSAGE_SIZE[tier] });
    return {
      ...listening,
      faults: broker.faults,
      deliveries: (path) => broker.source(path).deliveries,
      async close() {
        await listening.close();
        broker.close();
      },
    };
  } catch (error) {
    broker.close();
    throw error;
  }
}
