import { ServiceBusError } from '../../broker/errors.ts';
import type { RuleDescription } from '../../broker/rules/rule.ts';
import { type Typed, types } from '../rhea.ts';
import { integer, invalid, type Operation, string } from './operation.ts';

/** Descriptors of rules and their parts. @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response#rule-operations */
const RULE_DESCRIPTION = 0x13700000004;
const EMPTY_ACTION = 0x13700000005;
const SQL_ACTION = 0x13700000006;
const SQL_FILTER = 0x1370000006;
const CORRELATION_FILTER = 0x1370000009;

/** The fields of a correlation filter, in their order on the wire: the name in a request, and the one SQL filters use. */
const CORRELATION_FIELDS = [
  ['correlation-id', 'CorrelationId'],
  ['message-id', 'MessageId'],
  ['to', 'To'],
  ['reply-to', 'ReplyTo'],
  ['label', 'Label'],
  ['session-id', 'SessionId'],
  ['reply-to-session-id', 'ReplyToSessionId'],
  ['content-type', 'ContentType'],
] as const;

const addRule: Operation = ({ broker, path, body }) => {
  broker.rules(path).add(string(body, 'rule-name'), readRule(mapIn(body, 'rule-description') ?? {}));
  return {};
};

const removeRule: Operation = ({ broker, path, body }) => {
  broker.rules(path).remove(string(body, 'rule-name'));
  return {};
};

const enumerateRules: Operation = ({ broker, path, body }) => {
  const rules = broker.rules(path).list(integer(body, 'skip'), integer(body, 'top'));
  if (rules.length === 0) return { code: 204 };
  return {
    body: { rules: rules.map(({ name, description }) => ({ 'rule-description': writeRule(name, description) })) },
  };
};

export const ruleOperations = { 'add-rule': addRule, 'remove-rule': removeRule, 'enumerate-rules': enumerateRules };

type Fields = Readonly<Record<string, unknown>>;

function readRule(description: Fields): RuleDescription {
  const action = mapIn(description, 'sql-rule-action')?.expression;
  const filter = readFilter(description);
  return typeof action === 'string' && action !== '' ? { filter, action } : { filter };
}

function readFilter(description: Fields): RuleDescription['filter'] {
  const [sql, correlation] = [mapIn(description, 'sql-filter'), mapIn(description, 'correlation-filter')];
  if (sql) return { kind: 'sql', expression: string(sql, 'expression') };
  if (!correlation) throw invalid('rule-description');
  const system = CORRELATION_FIELDS.map(([field, name]) => [name, correlation[field] ?? null] as const);
  return {
    kind: 'correlation',
    system: Object.fromEntries(
      system.filter((entry): entry is [(typeof entry)[0], string] => typeof entry[1] === 'string'),
    ),
    application: Object.fromEntries(Object.entries(mapIn(correlation, 'properties') ?? {}).map(scalarEntry)),
  };
}

/** Refuses what cannot be compared: a filter without it would match more than it should. */
function scalarEntry([name, value]: [string, unknown]): [string, string | number | boolean | Date] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [name, value];
  if (value instanceof Date) return [name, value];
  throw new ServiceBusError(
    'com.microsoft:argument-error',
    `The property '${name}' of a correlation filter must be a string, a number, a boolean or a date.`,
  );
}

function mapIn(fields: Fields, name: string): Fields | undefined {
  const value = fields[name];
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function writeRule(name: string, { filter, action }: RuleDescription): Typed {
  const written = action ? described(SQL_ACTION, [action]) : described(EMPTY_ACTION, []);
  return described(RULE_DESCRIPTION, [writeFilter(filter), written, name]);
}

function writeFilter(filter: RuleDescription['filter']): Typed {
  if (filter.kind === 'sql') return described(SQL_FILTER, [filter.expression]);
  const system = CORRELATION_FIELDS.map(([, name]) => filter.system[name] ?? null);
  return described(CORRELATION_FILTER, [...system, filter.application]);
}

function described(code: number, items: unknown[]): Typed {
  return types.described(types.wrap_ulong(code), types.wrap_list(items)) as Typed;
}
