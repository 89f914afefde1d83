import { type Expression, parseExpression, parseProperty } from './sql-filter.ts';
import { Tokens } from './sql-tokens.ts';
import { type MessageProperties, type PropertyChanges, SYSTEM_PROPERTIES, type Value } from './value.ts';

export type Action = (message: MessageProperties) => PropertyChanges;

interface Step {
  readonly scope: keyof MessageProperties;
  readonly name: string;
  readonly value: Expression;
}

/**
 * Reads an action such as `SET colour = 'blue'; SET sys.Label = 'x'; REMOVE size`.
 * @throws Error that says what was expected
 * @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-rule-action
 */
export function parseAction(text: string): Action {
  const tokens = new Tokens(text);
  const steps: Step[] = [];
  while (tokens.current.kind !== 'end') {
    steps.push(parseStep(tokens));
    if (!tokens.take(';')) tokens.expectEnd();
  }
  return (message) => steps.reduce<PropertyChanges>((changes, step) => apply(step, message, changes), NO_CHANGES);
}

const NO_CHANGES: PropertyChanges = { system: {}, application: {} };

function parseStep(tokens: Tokens): Step {
  if (tokens.take('REMOVE')) {
    const property = parseTarget(tokens);
    if (property.scope === 'system') throw new Error(`sys.${property.name} cannot be removed`);
    return { ...property, value: () => null };
  }
  tokens.expect('SET');
  const property = parseTarget(tokens);
  tokens.expect('=');
  return { ...property, value: parseExpression(tokens) };
}

function parseTarget(tokens: Tokens): Pick<Step, 'scope' | 'name'> {
  const { system, name } = parseProperty(tokens);
  if (!system) return { scope: 'application', name };
  const known = SYSTEM_PROPERTIES.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (!known) throw new Error(`sys.${name} cannot be changed by a rule`);
  return { scope: 'system', name: known };
}

/** A step sees what the steps before it changed. */
function apply({ scope, name, value }: Step, message: MessageProperties, changes: PropertyChanges): PropertyChanges {
  const seen = {
    system: { ...message.system, ...changes.system },
    application: { ...message.application, ...changes.application },
  };
  const changed: Record<string, Value> = { ...changes[scope], [name]: value(seen) ?? null };
  return { ...changes, [scope]: changed };
}
