import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { TriggerContext, TriggeredFunction } from '../trigger.ts';
import { createBatcher } from './batcher.ts';
import { batchData, batchMetadata } from './message-data.ts';
import { runForData, runForMessage } from './message-invocation.ts';
import { autoComplete, type Settle, settleOrWarn } from './settlement.ts';

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
    // Azure does not renew the locks of a batch. A session's lock is another matter.
    longestRenewalMs: many && binding['isSessionsEnabled'] !== true ? 0 : maxAutoLockRenewalDurationMs,
  };
}

export function createMessageHandler(
  context: TriggerContext,
  triggered: TriggeredFunction,
  settle: Settle,
): MessageHandler {
  const completes = autoComplete(context, triggered);
  const settleAll = async (succeeded: boolean, messages: readonly ServiceBusReceivedMessage[]) => {
    // Not completing by itself, the host leaves messages that were processed to the end of their locks.
    if (succeeded && !completes) return;
    const one = (message: ServiceBusReceivedMessage) => settle(message, succeeded ? 'completed' : 'abandoned');
    await Promise.all(messages.map((message) => settleOrWarn(context, triggered, () => one(message))));
  };
  if (!isMany(triggered.binding)) {
    return async (message) => settleAll(await succeeds(runForMessage(context, triggered, message)), [message]);
  }
  const { maxMessageBatchSize, minMessageBatchSize, maxBatchWaitTimeMs } = context.hostJson.serviceBus;
  const limits = { most: maxMessageBatchSize, least: minMessageBatchSize, waitMs: maxBatchWaitTimeMs };
  return createBatcher(limits, async (messages) =>
    settleAll(await succeeds(runForBatch(context, triggered, messages)), messages),
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
