/** Faults on demand in the broker and in SignalR: what can be asked for, and with which arguments. */
import { z } from 'zod';
import type { ServiceBusServer } from './service-bus/server.ts';
import type { SignalRServer } from './signalr/server.ts';

export interface FaultRequest {
  /** As in the control socket's path: `service-bus/refuse`. */
  readonly fault: string;
  readonly arguments: unknown;
}

/** How many connections, locks or messages it concerns, where that can be counted. */
export interface FaultResult {
  readonly affected?: number;
}

type Fault = (given: unknown) => FaultResult;

const milliseconds = z.int().min(0).max(3_600_000);
const times = z.int().min(1).max(1_000_000);
const entity = z.string().min(1);
const operation = z.enum(['attach', 'send', 'management']);
const nothing = z.strictObject({});

/** @throws Error in one sentence when there is no such fault, or its arguments are not what it takes */
export function causeFault({ fault, arguments: given }: FaultRequest, faults: Record<string, Fault>): FaultResult {
  const cause = Object.hasOwn(faults, fault) ? faults[fault] : undefined;
  if (!cause) throw new Error(`There is no fault "${fault}" here: there are ${Object.keys(faults).join(', ')}.`);
  return cause(given);
}

export function serviceBusFaults(broker: ServiceBusServer): Record<string, Fault> {
  return {
    'service-bus/drop-connections': fault(nothing, () => ({ affected: broker.dropConnections() })),
    'service-bus/lose-locks': fault(
      z.strictObject({ entity, messageId: z.string().optional() }),
      ({ entity, messageId }) => ({ affected: broker.deliveries(entity).loseLocks(messageId) }),
    ),
    'service-bus/deliver-twice': fault(z.strictObject({ entity, times: times.default(1) }), ({ entity, times }) => {
      broker.deliveries(entity).loseCompletions(times);
      return { affected: times };
    }),
    'service-bus/delay': fault(z.strictObject({ milliseconds }), ({ milliseconds }) => {
      broker.faults.latency = milliseconds;
      return {};
    }),
    'service-bus/refuse': fault(
      z
        .strictObject({
          operations: z.array(operation).min(1).default(operation.options),
          times: times.optional(),
          milliseconds: milliseconds.optional(),
        })
        .refine(({ times, milliseconds }) => times !== undefined || milliseconds !== undefined, {
          error: 'give "times", "milliseconds" or both',
        }),
      ({ operations, ...spell }) => {
        broker.faults.refuse(operations, spell);
        return {};
      },
    ),
  };
}

export function signalRFaults(service: SignalRServer): Record<string, Fault> {
  return { 'signalr/drop-connections': fault(nothing, () => ({ affected: service.dropConnections() })) };
}

function fault<Given>(schema: z.ZodType<Given>, cause: (given: Given) => FaultResult): Fault {
  return (given) => {
    const { data, error } = schema.safeParse(given);
    if (error) throw new Error(`The arguments are not right: ${sentenceOf(error)}.`);
    return cause(data);
  };
}

function sentenceOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => (path.length > 0 ? `"${path.join('.')}": ${message}` : message)).join('; ');
}
