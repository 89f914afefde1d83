import { z } from 'zod';
import { ServiceBusError } from '../errors.ts';
import { parseAction } from './sql-action.ts';
import { parseFilter, valueOf } from './sql-filter.ts';
import { compare } from './sql-operators.ts';
import type { MessageProperties, PropertyChanges, Value } from './value.ts';

/** A date is kept as text would not say that it is one. */
const date = z.codec(z.object({ date: z.number() }), z.date(), {
  decode: ({ date }) => new Date(date),
  encode: (value) => ({ date: value.getTime() }),
});
const scalar = z.union([z.string(), z.number(), z.boolean(), date]);

/** A rule as it is stored and shown; an absent field of a correlation filter matches everything. */
export const ruleSchema = z.object({
  filter: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('sql'), expression: z.string() }),
    z.object({
      kind: z.literal('correlation'),
      /** By the names SQL filters use: CorrelationId, MessageId, To, ReplyTo, Label, SessionId, ReplyToSessionId, ContentType. */
      system: z.record(z.string(), z.string()),
      application: z.record(z.string(), scalar),
    }),
  ]),
  action: z.string().optional(),
});
export type RuleDescription = z.infer<typeof ruleSchema>;

/** A rule as it lies in the store. */
export function ruleToText(rule: RuleDescription): string {
  return JSON.stringify(z.encode(ruleSchema, rule));
}

export function ruleFromText(text: string): RuleDescription {
  return z.decode(ruleSchema, JSON.parse(text) as z.input<typeof ruleSchema>);
}

type CorrelationFilter = Extract<RuleDescription['filter'], { kind: 'correlation' }>;

export const TRUE_RULE: RuleDescription = { filter: { kind: 'sql', expression: '1=1' } };

/** A rule ready to be applied. */
export interface Rule {
  readonly description: RuleDescription;
  matches(message: MessageProperties): boolean;
  /** The changes its action makes; undefined when it has none. */
  changes(message: MessageProperties): PropertyChanges | undefined;
}

/** @throws ServiceBusError com.microsoft:argument-error when an expression is not valid */
export function compileRule(description: RuleDescription): Rule {
  const { filter, action } = description;
  try {
    const condition = filter.kind === 'sql' ? parseFilter(filter.expression) : undefined;
    const act = action ? parseAction(action) : undefined;
    return {
      description,
      matches: (message) =>
        condition ? condition(message) === true : correlates(filter as CorrelationFilter, message),
      changes: (message) => act?.(message),
    };
  } catch (error) {
    throw new ServiceBusError('com.microsoft:argument-error', `The rule is not valid: ${(error as Error).message}.`);
  }
}

function correlates(filter: CorrelationFilter, message: MessageProperties): boolean {
  return holds(filter.system, message.system) && holds(filter.application, message.application);
}

/** Names are not case-sensitive, values are. */
function holds(wanted: Readonly<Record<string, Value>>, actual: Readonly<Record<string, Value>>): boolean {
  return Object.entries(wanted).every(([name, value]) => compare('=', valueOf(actual, name), value) === true);
}
