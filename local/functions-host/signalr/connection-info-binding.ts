import type { Environment } from '../binding-expressions.ts';
import type { InputBinding } from '../bindings.ts';
import { hubOf, optionOf } from './binding-options.ts';
import { signalRService } from './service.ts';

/**
 * Input binding `signalRConnectionInfo`: where a SignalR client connects and with which token.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service-input
 */
export function connectionInfoBinding(environment: Environment): InputBinding {
  return async (binding, data) => {
    const hub = hubOf(binding, environment, data);
    const userId = optionOf('userId', binding, environment, data);
    const info = await signalRService(binding, environment).connectionInfo(hub, userId);
    return { json: JSON.stringify(info) };
  };
}
