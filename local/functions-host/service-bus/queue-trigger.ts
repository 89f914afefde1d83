import type { ProcessErrorArgs, ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Trigger, TriggerContext, TriggeredFunction } from '../trigger.ts';
import { createWorkInHand } from '../work-in-hand.ts';
import { createServiceBusClient, describeEntity, type Entity, entityOf } from './connection.ts';
import { LockRenewal } from './lock-renewal.ts';
import { createMessageHandler, receiving } from './message-handler.ts';
import { createOutageLog } from './outage-log.ts';
import { settleOverEither } from './settlement.ts';

/**
 * The trigger for a queue or a subscription without sessions. The SDK holds the link, and connects again for as long as it takes; the
 * locks are renewed and the messages settled here, so that both outlive a lost connection.
 */
export function startQueueTrigger(context: TriggerContext, triggered: TriggeredFunction): Trigger {
  const { environment, log } = context;
  const entity = entityOf(triggered.binding, environment);
  const scope = { functionName: triggered.registered.metadata.name };
  // It goes on trying to receive in any case, and to settle something again over a link that was lost is in vain.
  const client = createServiceBusClient(environment, triggered.binding['connection'], 0);
  const receiver = receiverOf(client, entity);
  const other = createOther(() => createServiceBusClient(environment, triggered.binding['connection']), entity);

  const { maxConcurrentCalls, longestRenewalMs } = receiving(context, triggered);
  const couldNotRenew = ({ message }: Error) =>
    log.warning(`The lock of a message could not be renewed: ${message}`, scope);
  const renewal = new LockRenewal({
    renew: (message) => receiver.renewMessageLock(message),
    failed: couldNotRenew,
    longestMs: longestRenewalMs,
  });
  const handle = createMessageHandler(context, triggered, settleOverEither(receiver, other.receiver));
  const outages = createOutageLog(describeEntity(entity), log, scope);
  const inHand = createWorkInHand();
  const initialising = new AbortController();

  const processMessage = (message: ServiceBusReceivedMessage) => {
    outages.works();
    return inHand.track(() => renewal.during(message, () => handle(message)));
  };
  const processError = async ({ error }: ProcessErrorArgs) => {
    if (error.name !== 'AbortError') outages.failed(error);
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
      await Promise.all([client.close(), other.close()]);
    },
  };
}

function receiverOf(client: ServiceBusClient, { queueOrTopic, subscription }: Entity) {
  const options = { skipParsingBodyAsJson: true, maxAutoLockRenewalDurationInMs: 0 };
  return subscription === undefined
    ? client.createReceiver(queueOrTopic, options)
    : client.createReceiver(queueOrTopic, subscription, options);
}

/** Another connection to the entity, opened when it is needed first. */
function createOther(connect: () => ServiceBusClient, entity: Entity) {
  let client: ServiceBusClient | undefined;
  let receiver: ReturnType<typeof receiverOf> | undefined;
  return {
    receiver: () => (receiver ??= receiverOf((client ??= connect()), entity)),
    close: async () => client?.close(),
  };
}
