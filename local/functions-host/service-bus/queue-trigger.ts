import type { ProcessErrorArgs, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Trigger, TriggerContext, TriggeredFunction } from '../trigger.ts';
import { createWorkInHand } from '../work-in-hand.ts';
import { createServiceBusClient, describeEntity, entityOf } from './connection.ts';
import { createMessageHandler, receiving } from './message-handler.ts';
import { createOutageLog } from './outage-log.ts';

/** Tells the SDK to renew the lock of this message no longer. Settling it over another link than its own, the SDK forgets to stop. */
class Unsettled extends Error {}

/**
 * The trigger for a queue or a subscription without sessions. The SDK holds the link, renews the locks, and connects again for as
 * long as it takes.
 */
export function startQueueTrigger(context: TriggerContext, triggered: TriggeredFunction): Trigger {
  const entity = entityOf(triggered.binding, context.environment);
  const { queueOrTopic, subscription: name } = entity;
  const client = createServiceBusClient(context.environment, triggered.binding['connection']);
  const { maxConcurrentCalls, receiverOptions } = receiving(context, triggered);
  const receiver =
    name === undefined
      ? client.createReceiver(queueOrTopic, receiverOptions)
      : client.createReceiver(queueOrTopic, name, receiverOptions);
  const unsettled = new WeakSet<ServiceBusReceivedMessage>();
  const handle = createMessageHandler(context, triggered, receiver, (message) => unsettled.add(message));
  const scope = { functionName: triggered.registered.metadata.name };
  const outages = createOutageLog(describeEntity(entity), context.log, scope);
  const inHand = createWorkInHand();
  const initialising = new AbortController();

  const processMessage = (message: ServiceBusReceivedMessage) => {
    outages.works();
    return inHand.track(async () => {
      await handle(message);
      if (unsettled.has(message)) throw new Unsettled();
    });
  };
  const processError = async ({ error, errorSource }: ProcessErrorArgs) => {
    if (error.name === 'AbortError' || error instanceof Unsettled) return;
    if (errorSource === 'renewLock')
      context.log.warning(`The lock of a message could not be renewed: ${error.message}`, scope);
    else outages.failed(error);
  };
  // The host settles by itself: the SDK would do it out of sight, after the handler, and closing could not wait for it.
  const options = { autoCompleteMessages: false, maxConcurrentCalls, abortSignal: initialising.signal };
  const subscription = receiver.subscribe({ processMessage, processError }, options);
  return {
    pause: async () => {
      initialising.abort();
      await subscription.close();
    },
    settled: () => inHand.settled(),
    close: async () => {
      await receiver.close();
      await client.close();
    },
  };
}
