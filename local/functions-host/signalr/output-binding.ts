import type { Environment } from '../binding-expressions.ts';
import type { OutputBinding } from '../bindings.ts';
import type { TypedData } from '../core-types.ts';
import { hubOf } from './binding-options.ts';
import { type SignalROutput, toRestCall } from './rest-call.ts';
import { refusal, signalRService } from './service.ts';

const apiVersion = '2022-06-01';

/**
 * Output binding `signalR`: messages and group changes, sent through the service's REST data plane, in the order given.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service-output
 */
export function signalROutputBinding(environment: Environment): OutputBinding {
  return async (binding, value, data) => {
    const service = signalRService(binding, environment);
    const hub = hubOf(binding, environment, data);
    for (const output of outputsOf(value)) {
      const { method, path, body } = toRestCall(output);
      const url = `${service.endpoint}api/hubs/${encodeURIComponent(hub)}${path}`;
      await call(method, url, await service.tokenFor(url), body);
    }
  };
}

function outputsOf(value: TypedData): SignalROutput[] {
  const parsed = JSON.parse(value.json ?? value.string ?? 'null') as SignalROutput | SignalROutput[] | null;
  if (parsed === null) return [];
  return Array.isArray(parsed) ? parsed : [parsed];
}

async function call(method: string, url: string, token: string, body: object | undefined): Promise<void> {
  const response = await fetch(`${url}?api-version=${apiVersion}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  await response.body?.cancel();
  // Leaving a group that one is not in changes nothing.
  if (!response.ok && !(method === 'DELETE' && response.status === 404)) {
    throw new Error(refusal(response.status, `${method} ${new URL(url).pathname}`));
  }
}
