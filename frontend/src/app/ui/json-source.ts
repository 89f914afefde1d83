import { type Media, mediaIn } from './media-in.ts';
import { recordsIn, type Row } from './records-in.ts';

/** One value of a JSON document, as it is drawn. */
export interface JsonNode {
  /** Names and numbers that lead to it. */
  readonly path: readonly string[];
  readonly kind: 'array' | 'object' | 'string' | 'number' | 'boolean' | 'null' | 'undefined';
  /** Entries of a list or an object; characters of a text. */
  readonly size: number;
  /** Of what has no entries: its JSON, a long text cut. */
  readonly text: string;
}

/** What a document holds, before anybody looks into it. */
export interface JsonOutline {
  readonly root: JsonNode;
  /** Where it is a table, or has one. */
  readonly records?: { readonly path: readonly string[]; readonly total: number };
  readonly media: readonly Media[];
  /** What stands beside the table in the same object. */
  readonly facts: readonly (readonly [name: string, fact: string | number])[];
}

type Later<T> = T | Promise<T>;

/** A JSON document that is looked into part by part: it may be large, and elsewhere. */
export interface JsonSource {
  readonly outline: JsonOutline;
  children(path: readonly string[], from: number, count: number): Later<readonly JsonNode[]>;
  /** JSON of a text, of its first characters only. */
  text(path: readonly string[], length: number): Later<string>;
  rows(from: number, count: number): Later<readonly Row[]>;
  /** All of it. */
  json(): Later<string | Blob>;
}

/** At once where it is there, so that nothing flickers. */
export function whenThere<T>(answer: Later<T>, take: (value: T) => void): void {
  // Who is asked elsewhere and has gone does not answer any more.
  if (answer instanceof Promise) void answer.then(take, () => undefined);
  else take(answer);
}

/** Longer texts are cut until they are asked for. */
export const longestText = 400;

/** A document that is at hand. */
export class LocalJson implements JsonSource {
  readonly #value: unknown;
  readonly outline: JsonOutline;

  constructor(value: unknown) {
    this.#value = value;
    const records = recordsIn(value);
    const path = records?.name === undefined ? [] : [records.name];
    this.outline = {
      root: nodeOf(value, []),
      ...(records && { records: { path, total: records.rows.length } }),
      media: mediaIn(value),
      facts: factsIn(value, records?.name),
    };
  }

  children(path: readonly string[], from: number, count: number): readonly JsonNode[] {
    const parent = this.#at(path) as Readonly<Record<string, unknown>>;
    // Of a long list only what is shown: nobody waits for the names of a million.
    const names = Array.isArray(parent)
      ? Array.from({ length: Math.min(count, parent.length - from) }, (_, i) => String(from + i))
      : Object.keys(parent).slice(from, from + count);
    return names.map((name) => nodeOf(parent[name], [...path, name]));
  }

  text(path: readonly string[], length: number): string {
    return cut(this.#at(path) as string, length);
  }

  rows(from: number, count: number): readonly Row[] {
    return (this.#at(this.outline.records?.path ?? []) as readonly Row[]).slice(from, from + count);
  }

  /** @param indent large documents are left as they are: spaces would double them */
  json(indent = 2): string {
    return JSON.stringify(this.#value, null, indent) ?? '';
  }

  #at(path: readonly string[]): unknown {
    return path.reduce((value, name) => (value as Readonly<Record<string, unknown>>)[name], this.#value);
  }
}

function nodeOf(value: unknown, path: readonly string[]): JsonNode {
  if (typeof value === 'string') return { path, kind: 'string', size: value.length, text: cut(value, longestText) };
  if (Array.isArray(value)) return { path, kind: 'array', size: value.length, text: '[]' };
  if (typeof value === 'object' && value !== null) return { path, kind: 'object', size: Object.keys(value).length, text: '{}' }; // prettier-ignore
  const kind = value === null ? 'null' : (typeof value as JsonNode['kind']);
  return { path, kind, size: 0, text: JSON.stringify(value) ?? '' };
}

function cut(text: string, length: number): string {
  const shown = escapeUnseen(JSON.stringify(text.slice(0, length)));
  return text.length <= length ? shown : `${shown.slice(0, -1)}…`;
}

/** Characters that turn the direction of a text, or have no width, could show another text than there is: as JSON escapes them. */
export function escapeUnseen(text: string): string {
  return text.replaceAll(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// Not the joiners (U+200C, U+200D): scripts and emoji need them. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
const unseen = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function factsIn(value: unknown, without: string | undefined): (readonly [string, string | number])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const rest = Object.entries(value).filter(([name]) => name !== without);
  return rest.slice(0, 100).map(([name, fact]) => [name, factText(fact)] as const);
}

function factText(fact: unknown): string | number {
  if (typeof fact === 'number') return fact;
  const text = typeof fact === 'string' ? fact : (JSON.stringify(fact) ?? '');
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
