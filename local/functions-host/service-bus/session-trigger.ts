import { isServiceBusError, type ServiceBusClient, type ServiceBusSessionReceiver } from '@azure/service-bus';
import { setTimeout as delay } from 'node:timers/promises';
import type { Trigger, TriggerContext, TriggeredFunction } from '../trigger.ts';
import { createWorkInHand } from '../work-in-hand.ts';
import { createServiceBusClient, describeEntity, entityOf } from './connection.ts';
import { createMessageHandler, receiving } from './message-handler.ts';
import { createOutageLog, type OutageLog } from './outage-log.ts';
import { receiveSession } from './session.ts';
import { settleOver } from './settlement.ts';

/** Between two attempts to reach a broker that does not answer. */
const retryMs = 1_000;

/**
 * The trigger for a queue or subscription with sessions: `maxConcurrentSessions` sessions at a time (one for batches), each given back
 * when it has been idle. Messages of one session come in order.
 */
export function startSessionTrigger(context: TriggerContext, triggered: TriggeredFunction): Trigger {
  const entity = entityOf(triggered.binding, context.environment);
  const client = createServiceBusClient(context.environment, triggered.binding['connection']);
  const outages = createOutageLog(describeEntity(entity), context.log, {
    functionName: triggered.registered.metadata.name,
  });
  const stopping = new AbortController();
  const sessions = createWorkInHand();
  const many = triggered.binding['cardinality'] === 'many';

  const accept = () => untilStopped(acceptNext(client, context, triggered), stopping.signal);
  const slots = many ? 1 : context.hostJson.serviceBus.maxConcurrentSessions;
  for (let slot = 0; slot < slots; slot += 1)
    void sessions.track(() => runSlot(context, triggered, accept, outages, stopping.signal));
  return {
    pause: async () => stopping.abort(),
    settled: () => sessions.settled(),
    close: () => client.close(),
  };
}

/** One after the other, takes the next session that has messages, until told to stop. */
async function runSlot(
  context: TriggerContext,
  triggered: TriggeredFunction,
  accept: () => Promise<ServiceBusSessionReceiver | undefined>,
  outages: OutageLog,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    try {
      const receiver = await accept();
      outages.works();
      if (!receiver || stopping.aborted) continue;
      const handle = createMessageHandler(context, triggered, settleOver(receiver));
      const { maxConcurrentCallsPerSession } = receiving(context, triggered);
      await receiveSession(
        receiver,
        handle,
        { maxConcurrentCallsPerSession, idleMs: context.hostJson.serviceBus.sessionIdleTimeoutMs },
        stopping,
      );
    } catch (error) {
      if (stopping.aborted) return;
      outages.failed(error as Error);
      await delay(retryMs, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}

/** `undefined` when no session had a message for a while. */
async function acceptNext(
  client: ServiceBusClient,
  context: TriggerContext,
  triggered: TriggeredFunction,
): Promise<ServiceBusSessionReceiver | undefined> {
  const { queueOrTopic, subscription } = entityOf(triggered.binding, context.environment);
  const options = {
    skipParsingBodyAsJson: true,
    maxAutoLockRenewalDurationInMs: receiving(context, triggered).longestRenewalMs,
  };
  try {
    return subscription === undefined
      ? await client.acceptNextSession(queueOrTopic, options)
      : await client.acceptNextSession(queueOrTopic, subscription, options);
  } catch (error) {
    if (isServiceBusError(error) && (error.code === 'ServiceTimeout' || error.code === 'SessionCannotBeLocked'))
      return undefined;
    throw error;
  }
}

/** The SDK takes an abort signal for this, and does not heed it while it waits: a session that comes too late is given back. */
async function untilStopped(
  accepting: Promise<ServiceBusSessionReceiver | undefined>,
  stopping: AbortSignal,
): Promise<ServiceBusSessionReceiver | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  const stop = () => stopped.resolve(undefined);
  stopping.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([accepting, stopped.promise]);
  } finally {
    stopping.removeEventListener('abort', stop);
    if (stopping.aborted) accepting.then((receiver) => receiver?.close()).catch(() => undefined);
  }
}
