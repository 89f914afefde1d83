import type { Value } from './value.ts';

/** The operators of SQL filters. Undefined is SQL's unknown, as a missing property is; whatever cannot be computed is unknown too. */
export type Operand = Value | undefined;

export const COMPARISONS = ['=', '<>', '!=', '<=', '>=', '<', '>'] as const;

export function compare(sign: (typeof COMPARISONS)[number], a: Operand, b: Operand): boolean | undefined {
  const order = orderOf(a, b);
  if (order === undefined) return undefined;
  switch (sign) {
    case '=':
      return order === 0;
    case '<>':
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
  }
}

export function calculate(sign: '+' | '-' | '*' | '/' | '%', a: Operand, b: Operand): Operand {
  if (sign === '+' && typeof a === 'string' && typeof b === 'string') return a + b;
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  switch (sign) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : a / b;
    case '%':
      return b === 0 ? undefined : a % b;
  }
}

export function or(a: Operand, b: Operand): boolean | undefined {
  if (a === true || b === true) return true;
  return a === false && b === false ? false : undefined;
}

export function and(a: Operand, b: Operand): boolean | undefined {
  if (a === false || b === false) return false;
  return a === true && b === true ? true : undefined;
}

export function not(a: Operand): boolean | undefined {
  return typeof a === 'boolean' ? !a : undefined;
}

export function isIn(value: Operand, items: readonly Operand[]): boolean | undefined {
  return items.map((item) => compare('=', value, item)).reduce(or, false);
}

/** `%` stands for any text, `_` for one character, and the escape character takes both of their meaning. */
export function like(value: Operand, pattern: Operand, escape: Operand): boolean | undefined {
  if (typeof value !== 'string' || typeof pattern !== 'string') return undefined;
  let expression = '';
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === escape) expression += literally(characters[++at] ?? '');
    else expression += character === '%' ? '.*' : character === '_' ? '.' : literally(character);
  }
  return new RegExp(`^${expression}$`, 'su').test(value);
}

function literally(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}

/** Negative, zero or positive; undefined when the two cannot be compared. */
function orderOf(a: Operand, b: Operand): number | undefined {
  const [first, second] = [a instanceof Date ? a.getTime() : a, b instanceof Date ? b.getTime() : b];
  if (Buffer.isBuffer(first) && Buffer.isBuffer(second)) return Buffer.compare(first, second);
  if (typeof first !== typeof second || typeof first === 'object' || typeof second === 'object') return undefined;
  if (first === undefined || second === undefined) return undefined;
  return first < second ? -1 : first > second ? 1 : 0;
}
