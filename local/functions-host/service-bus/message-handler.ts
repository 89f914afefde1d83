import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { TriggerContext, TriggeredFunction } from '../trigger.ts';
import { createBatcher } from './batcher.ts';
import { batchData, batchMetadata } from './message-data.ts';
import { runForData, runForMessage } from './message-invocation.ts';
import { autoComplete, settleOrWarn } from './settlement.ts';

/** Runs the function for a message, alone or in a batch, and settles it. Never rejects: what could not be settled comes again. */
export type MessageHandler = (message: ServiceBusReceivedMessage) => Promise<void>;

/** How a trigger receives: a batch is what has come while the batch before was under way, so all of it must fit into the credit. */
export function receiving({ hostJson }: TriggerContext, { binding }: TriggeredFunction) {
  const { maxConcurrentCalls, maxConcurrentCallsPerSession, maxMessageBatchSize, maxAutoLockRenewalDurationMs } =
    hostJson.serviceBus;
  const many = isMany(binding);
  return {
    maxConcurrentCalls: many ? maxMessageBatchSize : maxConcurrentCalls,
    maxConcurrentCallsPerSession: many ? maxMessageBatchSize : maxConcurrentCallsPerSession,
    receiverOptions: {
      skipParsingBodyAsJson: true,
      // Azure does not renew the locks of a batch. A session's lock is another matter.
      maxAutoLockRenewalDurationInMs: many && binding['isSessionsEnabled'] !== true ? 0 : maxAutoLockRenewalDurationMs,
    },
  };
}

/** @param onUnsettled hears of each message that could not be settled, before its handler's promise resolves */
export function createMessageHandler(
  context: TriggerContext,
  triggered: TriggeredFunction,
  receiver: ServiceBusReceiver,
  onUnsettled: (message: ServiceBusReceivedMessage) => void = () => undefined,
): MessageHandler {
  const completes = autoComplete(context, triggered);
  const settle = async (succeeded: boolean, messages: readonly ServiceBusReceivedMessage[]) => {
    // Not completing by itself, the host leaves messages that were processed to the end of their locks.
    if (succeeded && !completes) return;
    const one = (message: ServiceBusReceivedMessage) =>
      succeeded ? receiver.completeMessage(message) : receiver.abandonMessage(message);
    await Promise.all(
      messages.map(async (message) => {
        if (!(await settleOrWarn(context, triggered, () => one(message)))) onUnsettled(message);
      }),
    );
  };
  if (!isMany(triggered.binding)) {
    return async (message) => settle(await succeeds(runForMessage(context, triggered, message)), [message]);
  }
  const { maxMessageBatchSize, minMessageBatchSize, maxBatchWaitTimeMs } = context.hostJson.serviceBus;
  const limits = { most: maxMessageBatchSize, least: minMessageBatchSize, waitMs: maxBatchWaitTimeMs };
  return createBatcher(limits, async (messages) =>
    settle(await succeeds(runForBatch(context, triggered, messages)), messages),
  );
}

function runForBatch(
  context: TriggerContext,
  triggered: TriggeredFunction,
  messages: readonly ServiceBusReceivedMessage[],
): Promise<void> {
  const data = batchData(messages, triggered.binding, context.includeEmptyEntries);
  return runForData(context, triggered, data, batchMetadata(messages));
}

/** The runner has logged a failure. */
function succeeds(run: Promise<void>): Promise<boolean> {
  return run.then(
    () => true,
    () => false,
  );
}

function isMany(binding: TriggeredFunction['binding']): boolean {
  return typeof binding['cardinality'] === 'string' && binding['cardinality'].toLowerCase() === 'many';
}
