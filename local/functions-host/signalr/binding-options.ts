import { type BindingData, type Environment, resolveExpressions } from '../binding-expressions.ts';
import type { Binding } from '../core-types.ts';

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
