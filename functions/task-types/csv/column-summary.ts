import { DistinctCounter } from './distinct-counter.ts';

export type ColumnType = 'integer' | 'number' | 'boolean' | 'date' | 'text' | 'empty';

/** `min`, `max` and `mean` are null where they say nothing: `mean` of dates, all three of booleans and texts. */
export interface ColumnSummary {
  readonly name: string;
  readonly type: ColumnType;
  readonly missing: number;
  readonly distinct: number;
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly mean: number | null;
}

/** What stands for "no value", beside an empty field. */
const missingMarks = new Set(['', 'na', 'n/a', 'null', 'nan']);
const longestMark = 4;

// A leading zero makes an identifier (a post code, an account), not a number.
const integer = /^[+-]?(0|[1-9]\d*)$/;
const decimal = /^[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const boolean = /^(true|false|yes|no)$/i;
const date = /^(\d{4})-(\d{2})-(\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Gathers what a column's values have in common, one value at a time. */
export class ColumnSummarizer {
  readonly #name: string;
  readonly #distinct = new DistinctCounter();
  #missing = 0;
  #numbers = new NumberRange();
  #candidates = new Set<ColumnType>(['integer', 'number', 'boolean', 'date']);
  #dates = new DateRange();

  constructor(name: string) {
    this.#name = name;
  }

  add(raw: string): void {
    const value = raw.trim();
    if (value.length <= longestMark && missingMarks.has(value.toLowerCase())) {
      this.#missing += 1;
      return;
    }
    this.#distinct.add(value);
    for (const type of this.#candidates) if (!fits(type, value)) this.#candidates.delete(type);
    if (this.#candidates.has('number')) this.#numbers.add(Number(value));
    if (this.#candidates.has('date')) this.#dates.add(value);
  }

  summary(): ColumnSummary {
    const type = this.#type();
    const base = { name: this.#name, type, missing: this.#missing, distinct: this.#distinct.count };
    if (type === 'integer' || type === 'number') return { ...base, ...this.#numbers.summary() };
    if (type === 'date') return { ...base, ...this.#dates.summary(), mean: null };
    return { ...base, min: null, max: null, mean: null };
  }

  #type(): ColumnType {
    if (this.#distinct.count === 0) return 'empty';
    const [type] = this.#candidates;
    return type ?? 'text';
  }
}

class NumberRange {
  #count = 0;
  #mean = 0;
  #min = Infinity;
  #max = -Infinity;

  add(value: number): void {
    this.#count += 1;
    // The running mean (Welford) loses less than a sum; where even a distance overflows, its parts do not.
    const distance = value - this.#mean;
    this.#mean += Number.isFinite(distance) ? distance / this.#count : value / this.#count - this.#mean / this.#count;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  summary(): { min: number; max: number; mean: number } {
    return { min: this.#min, max: this.#max, mean: this.#mean };
  }
}

class DateRange {
  #first: { readonly text: string; readonly time: number } | undefined;
  #last: { readonly text: string; readonly time: number } | undefined;

  add(text: string): void {
    const time = timeOf(text);
    if (this.#first === undefined || time < this.#first.time) this.#first = { text, time };
    if (this.#last === undefined || time > this.#last.time) this.#last = { text, time };
  }

  summary(): { min: string | null; max: string | null } {
    return { min: this.#first?.text ?? null, max: this.#last?.text ?? null };
  }
}

function fits(type: ColumnType, value: string): boolean {
  switch (type) {
    case 'integer':
      // Beyond 2^53 digits are lost: such a column is of numbers, not of exact integers.
      return integer.test(value) && Number.isSafeInteger(Number(value));
    case 'number':
      return decimal.test(value) && Number.isFinite(Number(value));
    case 'boolean':
      return boolean.test(value);
    case 'date':
      return !Number.isNaN(timeOf(value));
    default:
      return true;
  }
}

/** Milliseconds since 1970 of an ISO 8601 date or time (UTC where it names no zone), or NaN: also for a day that no month has. */
function timeOf(value: string): number {
  const match = date.exec(value);
  if (match === null) return NaN;
  const [, year, month, day, time, , , zone] = match;
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return NaN;
  return Date.parse(value.replace(' ', 'T') + (time !== undefined && zone === undefined ? 'Z' : ''));
}
