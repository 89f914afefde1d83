import { createConnectionInfo } from '../../signalr/connection-info.ts';
import { type Environment, resolveExpressions, setting } from '../binding-expressions.ts';
import type { InputBinding } from '../bindings.ts';

/** The setting that SignalR bindings use when they name none. */
const defaultConnection = 'AzureSignalRConnectionString';

/** The connection string that a SignalR binding points at. @throws when the setting does not exist. */
export function signalRConnectionString(environment: Environment, name: unknown): string {
  const settingName = typeof name === 'string' && name !== '' ? name : defaultConnection;
  const value = setting(environment, settingName);
  if (!value) throw new Error(`The SignalR connection string must be set in the setting "${settingName}".`);
  return value;
}

/**
 * Input binding `signalRConnectionInfo`: where a SignalR client connects and with which token.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service-input
 */
export function connectionInfoBinding(environment: Environment): InputBinding {
  return (binding, data) => {
    const option = (name: string) =>
      typeof binding[name] === 'string' ? resolveExpressions(binding[name], environment, data) : undefined;
    const connectionString = signalRConnectionString(
      environment,
      binding['connectionStringSetting'] ?? binding['connection'],
    );
    const info = createConnectionInfo({ connectionString, hub: option('hubName') ?? '', userId: option('userId') });
    return { json: JSON.stringify(info) };
  };
}
