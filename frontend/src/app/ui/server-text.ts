/** Of the server's English texts, in the person's language. `{1}` stands for what differs from one time to the next. */
export type ServerTexts = Readonly<Record<string, string>>;

interface Pattern {
  readonly from: RegExp;
  readonly to: string;
}

let exact: ReadonlyMap<string, string> = new Map();
let patterns: readonly Pattern[] = [];
let separators = { group: ',', decimal: '.' };

/** To be called before the app is shown. @param locale for the numbers in the texts; absent: the browser's */
export function loadServerTexts(texts: ServerTexts, locale?: string): void {
  const entries = Object.entries(texts);
  exact = new Map(entries);
  patterns = entries.filter(([from]) => from.includes('{1}')).map(([from, to]) => ({ from: toPattern(from), to }));
  separators = separatorsOf(locale);
}

function separatorsOf(locale: string | undefined): typeof separators {
  // eslint-disable-next-line no-restricted-syntax -- shownLocale() is what the page gives; tests without a page give their own
  const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.8);
  const of = (type: 'group' | 'decimal', otherwise: string) =>
    parts.find((part) => part.type === type)?.value ?? otherwise;
  return { group: of('group', ','), decimal: of('decimal', '.') };
}

/** A text of the server as this person reads it; as it came where there is no translation, e.g. of what a handler of one's own says. */
export function serverText(text: string): string {
  const known = exact.get(text);
  if (known !== undefined) return known;
  for (const { from, to } of patterns) {
    const found = from.exec(text);
    if (found) return to.replaceAll(/\{(\d)\}/g, (_, place: string) => valueText(found[Number(place)]!));
  }
  return text;
}

/** `1,234.5`, as the server writes numbers, alone or as a share. */
const number = /^(\d+|\d{1,3}(,\d{3})+)(\.\d+)?( %)?$/;

function valueText(text: string): string {
  if (!number.test(text)) return serverText(text);
  return text.replaceAll(/[.,]/g, (mark) => (mark === ',' ? separators.group : separators.decimal));
}

function toPattern(from: string): RegExp {
  const parts = from.split(/\{\d\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.+?)')}$`, 's');
}
