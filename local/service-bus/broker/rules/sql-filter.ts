import { randomUUID } from 'node:crypto';
import { and, calculate, compare, COMPARISONS, isIn, like, not, type Operand, or } from './sql-operators.ts';
import { Tokens } from './sql-tokens.ts';
import type { MessageProperties, Value } from './value.ts';

/** A filter, or a part of one, applied to a message. Only what is true passes a filter. */
export type Expression = (message: MessageProperties) => Operand;

/**
 * Reads a SQL-92-like filter such as `colour = 'red' AND sys.Label LIKE 'a%'`.
 * @throws Error that says what was expected
 */
export function parseFilter(text: string): Expression {
  const tokens = new Tokens(text);
  const filter = parseExpression(tokens);
  tokens.expectEnd();
  return filter;
}

/** The grammar, loosest operator first: each level is made of the next one. */
export function parseExpression(tokens: Tokens): Expression {
  let left = parseAnd(tokens);
  while (tokens.take('OR')) left = combine(or, left, parseAnd(tokens));
  return left;
}

/** A property's name, `sys.Label` or `user.colour` or `colour`: its scope and its name. */
export function parseProperty(tokens: Tokens): { system: boolean; name: string } {
  const first = tokens.expectName();
  if (!tokens.take('.')) return { system: false, name: first };
  const scope = first.toLowerCase();
  if (scope !== 'sys' && scope !== 'user') throw new Error(`${first} is neither sys nor user`);
  return { system: scope === 'sys', name: tokens.expectName() };
}

function combine(operator: (a: Operand, b: Operand) => Operand, left: Expression, right: Expression): Expression {
  return (message) => operator(left(message), right(message));
}

function parseAnd(tokens: Tokens): Expression {
  let left = parseNot(tokens);
  while (tokens.take('AND')) left = combine(and, left, parseNot(tokens));
  return left;
}

function parseNot(tokens: Tokens): Expression {
  if (!tokens.take('NOT')) return parsePredicate(tokens);
  const operand = parseNot(tokens);
  return (message) => not(operand(message));
}

function parsePredicate(tokens: Tokens): Expression {
  const left = parseSum(tokens);
  if (tokens.take('IS')) return parseIsNull(tokens, left);
  const negated = tokens.take('NOT');
  const predicate = tokens.take('IN')
    ? parseIn(tokens, left)
    : tokens.take('LIKE')
      ? parseLike(tokens, left)
      : undefined;
  if (predicate) return negated ? (message) => not(predicate(message)) : predicate;
  if (negated) throw new Error(`IN or LIKE was expected instead of ${tokens.current.raw}`);
  const sign = COMPARISONS.find((candidate) => tokens.take(candidate));
  return sign ? combine((a, b) => compare(sign, a, b), left, parseSum(tokens)) : left;
}

function parseIsNull(tokens: Tokens, operand: Expression): Expression {
  const negated = tokens.take('NOT');
  tokens.expect('NULL');
  return (message) => ((operand(message) ?? null) === null) !== negated;
}

function parseIn(tokens: Tokens, left: Expression): Expression {
  tokens.expect('(');
  const items: Expression[] = [];
  do items.push(parseSum(tokens));
  while (tokens.take(','));
  tokens.expect(')');
  return (message) => {
    const values = items.map((item) => item(message));
    return isIn(left(message), values);
  };
}

function parseLike(tokens: Tokens, left: Expression): Expression {
  const pattern = parseSum(tokens);
  const escape = tokens.take('ESCAPE') ? parseSum(tokens) : () => undefined;
  return (message) => like(left(message), pattern(message), escape(message));
}

function parseSum(tokens: Tokens): Expression {
  let left = parseProduct(tokens);
  for (let sign = tokens.takeOneOf('+', '-'); sign; sign = tokens.takeOneOf('+', '-')) {
    const operator = sign;
    left = combine((a, b) => calculate(operator, a, b), left, parseProduct(tokens));
  }
  return left;
}

function parseProduct(tokens: Tokens): Expression {
  let left = parseOperand(tokens);
  for (let sign = tokens.takeOneOf('*', '/', '%'); sign; sign = tokens.takeOneOf('*', '/', '%')) {
    const operator = sign;
    left = combine((a, b) => calculate(operator, a, b), left, parseOperand(tokens));
  }
  return left;
}

function parseOperand(tokens: Tokens): Expression {
  if (tokens.take('-'))
    return combine(
      (a, b) => calculate('-', a, b),
      () => 0,
      parseOperand(tokens),
    );
  if (tokens.take('+')) return parseOperand(tokens);
  if (tokens.take('(')) {
    const inner = parseExpression(tokens);
    tokens.expect(')');
    return inner;
  }
  const { kind, text } = tokens.current;
  if (kind !== 'number' && kind !== 'string')
    return kind === 'word' ? parseWord(tokens) : property(parseProperty(tokens));
  tokens.next();
  const value = kind === 'number' ? Number(text) : text;
  return () => value;
}

/** Literals and functions are words that are not names. */
function parseWord(tokens: Tokens): Expression {
  if (tokens.take('TRUE')) return () => true;
  if (tokens.take('FALSE')) return () => false;
  if (tokens.take('NULL')) return () => undefined;
  const name = parseProperty(tokens);
  if (!tokens.take('(')) return property(name);
  const call = parseCall(name.name.toLowerCase(), tokens);
  tokens.expect(')');
  return call;
}

function parseCall(name: string, tokens: Tokens): Expression {
  if (name === 'newid') return () => randomUUID();
  if (name === 'exists') {
    const { system, name: wanted } = parseProperty(tokens);
    return (message) => valueOf(message[system ? 'system' : 'application'], wanted) !== undefined;
  }
  if (name !== 'property' && name !== 'p') throw new Error(`the function ${name} is not known`);
  const argument = parseExpression(tokens);
  return (message) => {
    const wanted = argument(message);
    return typeof wanted === 'string' ? (valueOf(message.application, wanted) ?? undefined) : undefined;
  };
}

function property({ system, name }: { system: boolean; name: string }): Expression {
  return (message) => valueOf(message[system ? 'system' : 'application'], name) ?? undefined;
}

/** Names are not case-sensitive. */
export function valueOf(values: Readonly<Record<string, Value>>, name: string): Operand {
  if (Object.hasOwn(values, name)) return values[name];
  const lower = name.toLowerCase();
  const key = Object.keys(values).find((candidate) => candidate.toLowerCase() === lower);
  return key === undefined ? undefined : values[key];
}
