/** Of the server's English texts, in the person's language. `{1}` stands for what differs from one time to the next. */
export type ServerTexts = Readonly<Record<string, string>>;

interface Pattern {
  readonly from: RegExp;
  readonly to: string;
}

let exact: ReadonlyMap<string, string> = new Map();
let patterns: readonly Pattern[] = [];

/** To be called before the app is shown. */
export function loadServerTexts(texts: ServerTexts): void {
  const entries = Object.entries(texts);
  exact = new Map(entries);
  patterns = entries.filter(([from]) => from.includes('{1}')).map(([from, to]) => ({ from: toPattern(from), to }));
}

/** A text of the server as this person reads it; as it came where there is no translation, e.g. of what a handler of one's own says. */
export function serverText(text: string): string {
  const known = exact.get(text);
  if (known !== undefined) return known;
  for (const { from, to } of patterns) {
    const found = from.exec(text);
    if (found) return to.replaceAll(/\{(\d)\}/g, (_, place: string) => serverText(found[Number(place)]!));
  }
  return text;
}

function toPattern(from: string): RegExp {
  const parts = from.split(/\{\d\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.+?)')}$`, 's');
}
