import type { SubscriptionSettings } from './entities.ts';
import { ServiceBusError } from './errors.ts';
import type { MessageTable } from './message-table.ts';
import type { Queue } from './queue.ts';
import { compileRule, type Rule, type RuleDescription, ruleFromText, ruleToText, TRUE_RULE } from './rules/rule.ts';
import type { MessageProperties, PropertyChanges } from './rules/value.ts';

/** A subscription: the queue its messages lie in, and the rules by which they get there. */
export interface Subscription {
  readonly queue: Queue;
  readonly rules: RuleSet;
}

/** The name of the rule that a subscription has when it is given no other. */
const DEFAULT_RULE = '$Default';

/** The rules of one subscription, kept in the store. */
export class RuleSet {
  readonly #table: MessageTable;
  /** By lower-case name. */
  readonly #rules = new Map<string, { name: string; rule: Rule }>();

  /** Rules changed while running stay until the settings say something else than before. */
  constructor(settings: SubscriptionSettings, table: MessageTable) {
    this.#table = table;
    const configured: [string, RuleDescription][] =
      settings.rules.length > 0 ? settings.rules.map(({ name, ...rule }) => [name, rule]) : [[DEFAULT_RULE, TRUE_RULE]];
    if (table.rulesChanged(JSON.stringify(configured))) for (const [name, rule] of configured) this.add(name, rule);
    for (const { name, rule } of table.rules()) this.#keep(name, ruleFromText(rule));
  }

  /** @throws ServiceBusError entity-already-exists, or argument-error when an expression is not valid */
  add(name: string, description: RuleDescription): void {
    compileRule(description);
    if (!this.#table.addRule(name, ruleToText(description))) {
      throw new ServiceBusError(
        'com.microsoft:entity-already-exists',
        `The messaging entity '${name}' already exists.`,
      );
    }
    this.#keep(name, description);
  }

  /** @throws ServiceBusError amqp:not-found */
  remove(name: string): void {
    if (!this.#table.removeRule(name))
      throw new ServiceBusError('amqp:not-found', `The messaging entity '${name}' could not be found.`);
    this.#rules.delete(name.toLowerCase());
  }

  /** In the order of their names. */
  list(skip: number, top: number): { name: string; description: RuleDescription }[] {
    return [...this.#rules]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(skip, skip + top)
      .map(([, { name, rule }]) => ({ name, description: rule.description }));
  }

  /** What of a message is stored: one copy, unchanged (undefined), for all rules without action, and one for each rule with one. */
  copiesFor(message: MessageProperties): (PropertyChanges | undefined)[] {
    const matching = [...this.#rules.values()].filter(({ rule }) => rule.matches(message));
    const changes = matching.map(({ rule }) => rule.changes(message));
    const changed = changes.filter((change) => change !== undefined);
    return changed.length < changes.length ? [undefined, ...changed] : changed;
  }

  #keep(name: string, description: RuleDescription): void {
    this.#rules.set(name.toLowerCase(), { name, rule: compileRule(description) });
  }
}
