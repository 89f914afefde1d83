import { jsonFault } from '../ui/json-fault.ts';

/** JSON Schema, as far as forms look into it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly contentMediaType?: string;
  readonly contentEncoding?: string;
  readonly format?: string;
  readonly maxLength?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
}

/**
 * True where a field cannot say more than "some JSON": no type at all, alternatives, a map with free keys.
 * The form then takes JSON as text, and the server checks it.
 */
export function isFreeJson(schema: Schema): boolean {
  if (schema.enum !== undefined || schema.const !== undefined || schema.$ref !== undefined) return false;
  if (schema.type === 'object') return schema.properties === undefined;
  if (schema.type === 'array') return schema.items === undefined;
  return typeof schema.type !== 'string' && schema.properties === undefined;
}

/** What to fill the form with for a payload: free JSON becomes text. */
export function toFormValue(schema: Schema, payload: unknown): unknown {
  if (payload === undefined) return undefined;
  if (isFreeJson(schema)) return typeof payload === 'string' ? textFor(payload) : JSON.stringify(payload, null, 2);
  if (isMoment(schema) && typeof payload === 'string') return toLocalMoment(payload);
  return mapChildren(schema, payload, toFormValue);
}

/** The payload a filled form stands for. Fields left empty are left out. */
export function toPayload(schema: Schema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (isFreeJson(schema)) return typeof value === 'string' && value !== '' ? readJsonText(value).value : undefined;
  if (isMoment(schema) && typeof value === 'string') return fromLocalMoment(value);
  return mapChildren(schema, value, toPayload);
}

/** A date with its time: written in the person's own time zone, sent in UTC. */
export function isMoment({ type, format }: Schema): boolean {
  return type === 'string' && format === 'date-time';
}

function toLocalMoment(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function fromLocalMoment(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

function mapChildren(schema: Schema, value: unknown, map: (schema: Schema, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => (schema.items ? map(schema.items, item) : item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]: [string, unknown]) => {
    const childSchema = schema.properties?.[key];
    return [key, childSchema ? map(childSchema, child) : child] as const;
  });
  return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
}

export type JsonText =
  | { readonly kind: 'json'; readonly value: unknown }
  /** Not JSON and not meant as JSON: sent as a string. */
  | { readonly kind: 'text'; readonly value: string }
  /** Begins like JSON but is none. */
  | { readonly kind: 'broken'; readonly value: undefined; readonly message: string };

/** Reads what a person typed where any JSON may stand: `42` is a number, `{"a":1}` an object, `Hello` a string. */
export function readJsonText(text: string): JsonText {
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch (error) {
    if (!/^\s*["[{]/.test(text)) return { kind: 'text', value: text };
    return { kind: 'broken', value: undefined, message: jsonFault(error) };
  }
}

/** A string as a person would type it; in quotes where it would otherwise be read as something else. */
function textFor(text: string): string {
  const read = readJsonText(text);
  return read.kind === 'text' && text !== '' ? text : JSON.stringify(text);
}
