import type { ProcessErrorArgs, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { Trigger, TriggerContext, TriggeredFunction } from '../trigger.ts';
import { createWorkInHand } from '../work-in-hand.ts';
import { createServiceBusClient, describeEntity, type Entity, entityOf } from './connection.ts';
import { createOutageLog, type OutageLog } from './outage-log.ts';
import { createSettler } from './settlement.ts';

/**
 * A Service Bus trigger with one message for each invocation: success completes the message, a throw abandons it. The SDK holds the
 * link, renews the locks, and connects again for as long as it takes.
 */
export function startSingleTrigger(context: TriggerContext, triggered: TriggeredFunction): Trigger {
  const { environment, hostJson, log } = context;
  const entity = entityOf(triggered.binding, environment);
  const client = createServiceBusClient(environment, triggered.binding['connection']);
  const { maxConcurrentCalls, maxAutoLockRenewalDurationMs } = hostJson.serviceBus;
  const receiverOptions = { skipParsingBodyAsJson: true, maxAutoLockRenewalDurationInMs: maxAutoLockRenewalDurationMs };
  const receiver = createReceiver(entity);
  const settle = createSettler(context, triggered, receiver);
  const outages = createOutageLog(describeEntity(entity), log, { functionName: triggered.registered.metadata.name });
  const inHand = createWorkInHand();
  const initialising = new AbortController();

  const processMessage = (message: ServiceBusReceivedMessage) => {
    outages.works();
    return inHand.track(() => settle(message));
  };
  const processError = async (args: ProcessErrorArgs) => report(args, outages, context, triggered);
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

  function createReceiver({ queueOrTopic, subscription: name }: Entity): ServiceBusReceiver {
    return name === undefined
      ? client.createReceiver(queueOrTopic, receiverOptions)
      : client.createReceiver(queueOrTopic, name, receiverOptions);
  }
}

function report(
  { error, errorSource }: ProcessErrorArgs,
  outages: OutageLog,
  { log }: TriggerContext,
  { registered }: TriggeredFunction,
): void {
  if (error.name === 'AbortError') return;
  const scope = { functionName: registered.metadata.name };
  if (errorSource === 'renewLock') log.warning(`The lock of a message could not be renewed: ${error.message}`, scope);
  else outages.failed(error);
}
