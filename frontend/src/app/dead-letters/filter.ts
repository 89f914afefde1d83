import type { DeadLetterFilter } from '../../../../contracts/dead-letters.ts';
import type { DeadLetterQuery } from '../../../../client/index.ts';
import { isolated } from '../ui/isolated.ts';
import { shownLocale } from '../ui/locale.ts';

const times = new Intl.DateTimeFormat(shownLocale(), { dateStyle: 'medium', timeStyle: 'medium' });

/** What of the address says which dead letters are meant. */
export interface FilterParams {
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly q?: string | undefined;
  /** Back from now; goes before `from` and `to`. */
  readonly since?: string | undefined;
  /** ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const [minute, hour] = [60_000, 3_600_000];

/** Times back from now that can be chosen, in milliseconds. */
const spans: ReadonlyMap<string, number> = new Map([
  ['15m', 15 * minute],
  ['1h', hour],
  ['24h', 24 * hour],
  ['7d', 7 * 24 * hour],
]);

export interface SinceChoice {
  readonly name: string;
  readonly word: string;
}

export const sinceChoices: readonly SinceChoice[] = [
  { name: '15m', word: $localize`Last 15 minutes` },
  { name: '1h', word: $localize`Last hour` },
  { name: '24h', word: $localize`Last 24 hours` },
  { name: '7d', word: $localize`Last 7 days` },
];

/** A field is there or not, as the API's requests have it. */
export type Filter = Pick<DeadLetterQuery, keyof DeadLetterFilter>;

/** As the API takes it. @param now milliseconds since 1970 */
export function toFilter({ type, code, q, since, from, to }: FilterParams, now: number): Filter {
  const span = spans.get(since ?? '');
  const begin = span === undefined ? validTime(from) : new Date(now - span).toISOString();
  const end = span === undefined ? validTime(to) : undefined;
  const text = q?.trim();
  return {
    ...(type && { type }),
    ...(code && { code }),
    ...(text && { q: text }),
    ...(begin !== undefined && { from: begin }),
    ...(end !== undefined && { to: end }),
  };
}

/** An address may be typed by hand. */
function validTime(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The filter in words, for a plan that was made with it. */
export function filterWords({ type, code, group, q, from, to }: DeadLetterFilter): string {
  const exact = (iso: string) => times.format(new Date(iso));
  const words = [
    ...(group ? [$localize`one group of errors`] : []),
    ...(type ? [$localize`type ${type}:type:`] : []),
    ...(code ? [$localize`error ${code}:code:`] : []),
    ...(q ? [$localize`with “${isolated(q)}:text:”`] : []),
    ...(from ? [$localize`from ${exact(from)}:time:`] : []),
    ...(to ? [$localize`before ${exact(to)}:time:`] : []),
  ];
  return words.length === 0 ? $localize`all dead letters` : words.join(' · ');
}
