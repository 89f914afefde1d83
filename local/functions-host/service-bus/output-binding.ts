import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import type { Environment } from '../binding-expressions.ts';
import { resolveExpressions } from '../binding-expressions.ts';
import type { OutputBinding } from '../bindings.ts';
import type { TypedData } from '../core-types.ts';
import { createServiceBusClient, entityOf } from './connection.ts';

export interface ServiceBusOutput {
  readonly write: OutputBinding;
  close(): Promise<void>;
}

/** Output binding `serviceBus`: one message for each element of an array, else one. Links stay open for the next invocation. */
export function createServiceBusOutput(environment: Environment): ServiceBusOutput {
  const clients = new Map<unknown, ServiceBusClient>();
  const senders = new Map<string, ServiceBusSender>();

  const senderFor = (connection: unknown, entity: string) => {
    const key = JSON.stringify([connection, entity]);
    const client = clients.get(connection) ?? createServiceBusClient(environment, connection);
    clients.set(connection, client);
    const sender = senders.get(key) ?? client.createSender(entity);
    senders.set(key, sender);
    return sender;
  };

  return {
    write: async (binding, value, data) => {
      const entity = resolveExpressions(entityOf(binding, environment).queueOrTopic, environment, data);
      const sender = senderFor(binding['connection'], entity);
      // One after the other, as the .NET extension sends them: together they might be too large for a batch.
      for (const message of toMessages(value)) await sender.sendMessages(message);
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

/** Text and JSON become UTF-8 of type `text/plain`, bytes stay what they are. */
function toMessages(value: TypedData): ServiceBusMessage[] {
  if (value.bytes) return [{ body: Buffer.from(value.bytes), contentType: 'application/octet-stream' }];
  if (value.json === undefined) return [textMessage(value.string ?? String(value.int ?? value.double))];
  const parsed = JSON.parse(value.json) as unknown;
  const elements = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  return elements.map((element) => textMessage(typeof element === 'string' ? element : JSON.stringify(element)));
}

function textMessage(text: string): ServiceBusMessage {
  return { body: Buffer.from(text), contentType: 'text/plain' };
}
