/** What is wrong with a text that is no JSON, in the language shown: of itself a browser says it in English. */
export function jsonFault(error: unknown): string {
  const { message } = error as Error;
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line !== undefined) return $localize`something else is expected in line ${line}:line:, column ${column}:column:`;
  const [, token] = /Unexpected token '(.+?)'/.exec(message) ?? [];
  if (token !== undefined) return $localize`“${token}:token:” cannot stand where it does`;
  if (/end of|unterminated/i.test(message)) return $localize`it ends too early`;
  return message;
}
