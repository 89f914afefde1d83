/** The words and signs of a SQL filter or action. @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-filter */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'sign' | 'end';
  /** Words in upper case as keywords are compared; names, strings and signs as they are. */
  readonly text: string;
  readonly raw: string;
}

const PATTERN =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|'(?<string>(?:[^']|'')*)'|"(?<quoted>(?:[^"]|"")*)"|\[(?<bracketed>(?:[^\]]|\]\])*)\]|(?<word>[\p{L}_@#][\p{L}\p{N}_@#$]*)|(?<sign><>|!=|<=|>=|[=<>+\-*/%(),.;]))/uy;

/** @throws Error that shows where the text stops making sense */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; at = PATTERN.lastIndex) {
    PATTERN.lastIndex = at;
    const groups = PATTERN.exec(text)?.groups;
    if (!groups) throw new Error(`'${text.slice(at, at + 20).trim()}' was not expected`);
    tokens.push(tokenOf(groups));
  }
  return [...tokens, { kind: 'end', text: 'the end', raw: 'the end' }];
}

function tokenOf({ number, string, quoted, bracketed, word, sign }: Record<string, string | undefined>): Token {
  const token = (kind: Token['kind'], text: string, raw = text): Token => ({ kind, text, raw });
  if (number !== undefined) return token('number', number);
  if (string !== undefined) return token('string', string.replaceAll("''", "'"));
  if (quoted !== undefined) return token('name', quoted.replaceAll('""', '"'));
  if (bracketed !== undefined) return token('name', bracketed.replaceAll(']]', ']'));
  if (word !== undefined) return token('word', word.toUpperCase(), word);
  return token('sign', sign ?? '');
}

/** Reads tokens one after the other. */
export class Tokens {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  get current(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'the end', raw: 'the end' };
  }

  next(): Token {
    const token = this.current;
    this.#at++;
    return token;
  }

  /** Takes a keyword or sign when it comes next. */
  take(text: string): boolean {
    const { kind, text: actual } = this.current;
    if ((kind !== 'word' && kind !== 'sign') || actual !== text) return false;
    this.#at++;
    return true;
  }

  takeOneOf<Text extends string>(...texts: Text[]): Text | undefined {
    return texts.find((text) => this.take(text));
  }

  expect(text: string): void {
    if (!this.take(text)) throw new Error(`${text} was expected instead of ${this.current.raw}`);
  }

  expectName(): string {
    const token = this.next();
    if (token.kind !== 'word' && token.kind !== 'name') throw new Error(`a name was expected instead of ${token.raw}`);
    return token.raw;
  }

  expectEnd(): void {
    if (this.current.kind !== 'end') throw new Error(`${this.current.raw} was not expected`);
  }
}
