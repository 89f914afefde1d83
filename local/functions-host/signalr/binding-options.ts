import { type BindingData, type Environment, resolveExpressions, setting } from '../binding-expressions.ts';
import type { Binding } from '../core-types.ts';

/** The setting that SignalR bindings use when they name none. */
const defaultConnection = 'AzureSignalRConnectionString';

/** The connection string that a SignalR binding points at. @throws when the setting does not exist. */
export function connectionStringOf(binding: Binding, environment: Environment): string {
  const name = binding['connectionStringSetting'] ?? binding['connection'];
  const settingName = typeof name === 'string' && name !== '' ? name : defaultConnection;
  const value = setting(environment, settingName);
  if (!value && setting(environment, `${settingName}__serviceUri`))
    throw new Error(
      `This host signs in to SignalR by connection string only: put one into the setting "${settingName}". In Azure "${settingName}__serviceUri" and an identity do.`,
    );
  if (!value) throw new Error(`The SignalR connection string is missing: put it into the setting "${settingName}".`);
  return value;
}

/** The service knows hubs by their name in lower case. @throws when the binding names none. */
export function hubOf(binding: Binding, environment: Environment, data: BindingData): string {
  const name = optionOf('hubName', binding, environment, data);
  if (!name) throw new Error('The SignalR binding needs a "hubName".');
  return name.toLowerCase();
}

/** An option with its binding expressions resolved. */
export function optionOf(
  name: string,
  binding: Binding,
  environment: Environment,
  data: BindingData,
): string | undefined {
  const value = binding[name];
  return typeof value === 'string' ? resolveExpressions(value, environment, data) : undefined;
}
