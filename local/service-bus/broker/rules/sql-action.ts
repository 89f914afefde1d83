import { type Expression, parseExpression, parseProperty } from './sql-filter.ts';
import { Tokens } from './sql-tokens.ts';
import type { MessageProperties, PropertyChanges, Value } from './value.ts';

export type Action = (message: MessageProperties) => PropertyChanges;

/**
 * Reads an action such as `SET colour = 'blue'; REMOVE size`. System properties cannot be changed here.
 * @throws Error that says what was expected
 * @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-rule-action
 */
export function parseAction(text: string): Action {
  const tokens = new Tokens(text);
  const steps: { name: string; value: Expression }[] = [];
  while (tokens.current.kind !== 'end') {
    steps.push(parseStep(tokens));
    if (!tokens.take(';')) tokens.expectEnd();
  }
  return (message) =>
    steps.reduce<Record<string, Value>>((changes, step) => ({ ...changes, ...apply(step, message, changes) }), {});
}

function parseStep(tokens: Tokens): { name: string; value: Expression } {
  if (tokens.take('REMOVE')) return { name: parseOwn(tokens), value: () => null };
  tokens.expect('SET');
  const name = parseOwn(tokens);
  tokens.expect('=');
  return { name, value: parseExpression(tokens) };
}

function parseOwn(tokens: Tokens): string {
  const { system, name } = parseProperty(tokens);
  if (system) throw new Error(`sys.${name} cannot be changed by a rule on this machine`);
  return name;
}

/** A step sees what the steps before it changed. */
function apply(
  { name, value }: { name: string; value: Expression },
  message: MessageProperties,
  changes: PropertyChanges,
) {
  return { [name]: value({ ...message, application: { ...message.application, ...changes } }) ?? null };
}
