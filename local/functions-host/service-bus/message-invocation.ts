import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { messageOf } from '../../failure.ts';
import type { BindingData } from '../binding-expressions.ts';
import type { TypedData } from '../core-types.ts';
import type { TriggerContext, TriggeredFunction } from '../trigger.ts';
import { bodyData, triggerMetadata } from './message-data.ts';
import { readableText } from './readable-text.ts';

/** Runs the function for one message. Rejects when it failed; the runner has logged why. */
export async function runForMessage(
  context: TriggerContext,
  triggered: TriggeredFunction,
  message: ServiceBusReceivedMessage,
): Promise<void> {
  const body = readBody(context, triggered, message);
  await runForData(context, triggered, body, triggerMetadata(message, body), traceParentOf(message));
}

export async function runForData(
  { runner }: TriggerContext,
  { registered, bindingName }: TriggeredFunction,
  data: TypedData,
  metadata: Record<string, TypedData>,
  traceParent?: string,
): Promise<void> {
  // Only the expressions of other bindings refer to it.
  const bindingData = Object.keys(registered.metadata.bindings).length > 1 ? toBindingData(metadata) : {};
  await runner.run({
    function: registered,
    trigger: { name: bindingName, data: data.string === undefined ? data : readableText(data.string) },
    triggerMetadata: metadata,
    bindingData,
    traceParent,
  });
}

function toBindingData(metadata: Record<string, TypedData>): BindingData {
  const valueOf = ({ string, json }: TypedData): unknown => string ?? JSON.parse(json ?? 'null');
  return Object.fromEntries(Object.entries(metadata).map(([name, data]) => [name, valueOf(data)]));
}

function readBody(
  { log }: TriggerContext,
  { binding, registered }: TriggeredFunction,
  message: ServiceBusReceivedMessage,
): TypedData {
  try {
    return bodyData(message, binding);
  } catch (error) {
    log.error(messageOf(error), { functionName: registered.metadata.name });
    throw error;
  }
}

/** Senders put the W3C trace context into one of two properties. */
function traceParentOf({ applicationProperties }: ServiceBusReceivedMessage): string | undefined {
  const value = applicationProperties?.['Diagnostic-Id'] ?? applicationProperties?.['traceparent'];
  return typeof value === 'string' ? value : undefined;
}
