import { cleanFilter, type Filter, type FilterField, filterFields } from './filter.ts';

/** What stands before the colon; letter case does not matter. */
const fieldsByWord: Readonly<Record<string, FilterField>> = Object.fromEntries(
  filterFields.filter((field) => field !== 'q').map((field) => [field.toLowerCase(), field]),
);
const tokenPattern = /([a-z]+):("[^"]*"?|\S*)|"[^"]*"?|\S+/gi;

/** Reads `type:echo state:retrying,queued tag:"two words" "some text"`. What is no field is text to be found. */
export function parseFilterText(text: string): Filter {
  const fields: Partial<Record<FilterField, string>> = {};
  const words: string[] = [];
  for (const [token, word, value] of text.matchAll(tokenPattern)) {
    const field = word === undefined ? undefined : fieldsByWord[word.toLowerCase()];
    if (field === undefined) words.push(unquoted(token));
    else fields[field] = unquoted(value ?? '');
  }
  return cleanFilter({ ...fields, q: words.join(' ') });
}

/** The text that reads as this filter. */
export function filterText({ q, ...fields }: Filter): string {
  const parts = Object.entries(fields).map(([field, value]) => `${field}:${quoted(value)}`);
  return [...parts, ...(q === undefined ? [] : [q])].join(' ');
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}

function quoted(text: string): string {
  return /[\s:]/.test(text) && !/^\d{4}-/.test(text) ? `"${text}"` : text;
}

/** What a field can be completed to: values with what they mean, where they do not say it themselves. */
export type Values = Partial<Record<FilterField, readonly { readonly value: string; readonly about?: string }[]>>;

export interface Completion {
  /** Shown. */
  readonly label: string;
  readonly about?: string;
  /** The whole text when it is taken, and where the caret is then. */
  readonly text: string;
  readonly caret: number;
}

const mostOffered = 8;

/** What the token before the caret can become. @param abouts what each field is for */
export function completions(
  text: string,
  caret: number,
  values: Values,
  abouts: Readonly<Partial<Record<FilterField, string>>>,
): Completion[] {
  const start = text.slice(0, caret).search(/\S*$/);
  const token = text.slice(start, caret).toLowerCase();
  const take = (label: string, replacement: string, about?: string): Completion => {
    const rest = text.slice(caret).replace(/^\S*/, '');
    return { label, ...(about && { about }), text: text.slice(0, start) + replacement + rest, caret: start + replacement.length }; // prettier-ignore
  };
  const [word = '', value] = token.split(':', 2);
  const field = fieldsByWord[word];
  if (value !== undefined && field !== undefined) return valuesFor(field, value, values, take);
  const fields = (Object.keys(abouts) as FilterField[]).filter((name) => name.toLowerCase().startsWith(word));
  return fields.map((name) => take(`${name}:`, `${name}:`, abouts[name])).slice(0, mostOffered);
}

function valuesFor(
  field: FilterField,
  typed: string,
  values: Values,
  take: (label: string, replacement: string, about?: string) => Completion,
): Completion[] {
  // Several states stand with commas between: the last one is being typed.
  const before = field === 'state' ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  const part = unquoted(typed.slice(before.length));
  const found = (values[field] ?? []).filter(
    ({ value, about = '' }) => value.toLowerCase().includes(part) || about.toLowerCase().includes(part),
  );
  const isTyped = found.length === 1 && found[0]!.value.toLowerCase() === part;
  if (isTyped) return [];
  return found
    .slice(0, mostOffered)
    .map(({ value, about }) => take(value, `${field}:${before}${quoted(value)} `, about));
}
