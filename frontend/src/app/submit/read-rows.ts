import type { SubmitTask } from '../../../../contracts/submit.ts';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';
import { jsonFault } from '../ui/json-fault.ts';
import { csvRecords } from './csv-rows.ts';
import { isFreeJson, readJsonText, type Schema } from './payload-values.ts';

/** One task to be submitted, as a row of a file says it. */
export interface Row {
  /** From 1; of a CSV the first after its header. */
  readonly number: number;
  readonly body: SubmitTask;
  /** What is wrong with it, as far as can be told before the server looks. */
  readonly faults: readonly string[];
}

export interface Rows {
  readonly rows: readonly Row[];
  /** Columns that are no field of the payload and no option. */
  readonly unused: readonly string[];
}

/** Columns, or fields of a JSON entry, that are options of the task and no part of its payload. */
const optionNames = ['scheduledFor', 'expiresIn', 'orderingKey', 'concurrencyKey', 'priority', 'delivery', 'maxAttempts', 'tags', 'callbackUrl'] as const; // prettier-ignore
const numberOptions: readonly string[] = ['maxAttempts'];

/**
 * Reads a CSV whose header names fields of the payload (nested ones with dots) and options, or JSON: a list, or one entry per line, of
 * payloads or of `{payload, …options}`.
 * @throws Error with a sentence for people
 */
export function readRows(text: string, type: TaskTypeInfo): Rows {
  const trimmed = text.trimStart();
  if (trimmed === '') throw new Error($localize`The file is empty.`);
  return /^[[{]/.test(trimmed) ? fromJson(trimmed, type) : fromCsv(text, type);
}

function fromJson(text: string, type: TaskTypeInfo): Rows {
  const rows = jsonEntries(text).map((entry, index): Row => {
    const isTask = typeof entry === 'object' && entry !== null && 'payload' in entry;
    const body = isTask ? { ...entry, type: type.name } : { type: type.name, payload: entry };
    return { number: index + 1, body, faults: faultsOf(type.schema, body.payload) };
  });
  return { rows, unused: [] };
}

function jsonEntries(text: string): unknown[] {
  try {
    const whole = JSON.parse(text) as unknown;
    return Array.isArray(whole) ? whole : [whole];
  } catch (error) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    try {
      if (lines.length > 1) return lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      // Told as what the whole text is not.
    }
    throw new Error($localize`This is not JSON: ${jsonFault(error)}:reason:`, { cause: error });
  }
}

interface Column {
  readonly name: string;
  readonly path: readonly string[];
  readonly schema: Schema | undefined;
  readonly option: string | undefined;
}

function fromCsv(text: string, type: TaskTypeInfo): Rows {
  const [header = [], ...records] = csvRecords(text);
  const schema = type.schema as Schema;
  const columns = header.map((name) => columnFor(name.trim(), schema));
  const unused = columns.filter(({ schema, option }) => schema === undefined && option === undefined);
  if (unused.length === columns.length) {
    const known = Object.keys(schema.properties ?? {}).join(', ');
    throw new Error($localize`None of the columns is a field of this task type. Its fields are: ${known}:fields:.`);
  }
  return { rows: records.map((record, index) => toRow(record, index + 1, columns, type)), unused: unused.map(({ name }) => name) }; // prettier-ignore
}

/** By the field's name or title; letter case does not matter. */
function columnFor(name: string, schema: Schema): Column {
  const option = optionNames.find((one) => same(one, name));
  const path: string[] = [];
  let at: Schema | undefined = schema;
  for (const step of name.split('.')) {
    const found: [string, Schema] | undefined = Object.entries(at?.properties ?? {}).find(([key, { title }]) => same(key, step) || same(title ?? '', step)); // prettier-ignore
    at = found?.[1];
    if (found !== undefined) path.push(found[0]);
  }
  return at === undefined ? { name, path, schema: undefined, option } : { name, path, schema: at, option: undefined };
}

const same = (a: string, b: string) => a.toLowerCase() === b.trim().toLowerCase();

function toRow(record: readonly string[], number: number, columns: readonly Column[], type: TaskTypeInfo): Row {
  const payload: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [i, { name, path, schema, option }] of columns.entries()) {
    const text = (record[i] ?? '').trim();
    if (text === '') continue;
    if (option !== undefined) options[option] = optionValue(option, text);
    else if (schema !== undefined) {
      const read = fieldValue(schema, text);
      if ('fault' in read) faults.push(`${name}: ${read.fault}`);
      else put(payload, path, read.value);
    }
  }
  const body = { type: type.name, payload, ...options } as SubmitTask;
  return { number, body, faults: [...faults, ...faultsOf(type.schema, payload)] };
}

function optionValue(option: string, text: string): unknown {
  if (option === 'tags') return text.split(/[,;\s]+/).filter((tag) => tag !== '');
  if (numberOptions.includes(option)) return Number(text);
  if (option === 'expiresIn' && /^\d+$/.test(text)) return Number(text);
  if (option === 'scheduledFor' && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  return text;
}

function fieldValue(schema: Schema, text: string): { readonly value: unknown } | { readonly fault: string } {
  if (schema.type === 'integer' || schema.type === 'number') {
    const value = Number(text);
    const fits = Number.isFinite(value) && (schema.type === 'number' || Number.isInteger(value));
    return fits ? { value } : { fault: $localize`“${text}:value:” is not a number that fits.` };
  }
  if (schema.type === 'boolean') {
    if (/^(true|yes|1|x)$/i.test(text)) return { value: true };
    return /^(false|no|0)$/i.test(text) ? { value: false } : { fault: $localize`“${text}:value:” is neither true nor false.` }; // prettier-ignore
  }
  if (schema.type === 'object' || schema.type === 'array' || isFreeJson(schema)) {
    const read = readJsonText(text);
    return read.kind === 'broken'
      ? { fault: $localize`This begins like JSON but is not: ${read.message}` }
      : { value: read.value };
  }
  if (schema.enum !== undefined && !schema.enum.includes(text)) {
    return { fault: $localize`“${text}:value:” is none of ${schema.enum.join(', ')}:values:.` };
  }
  return { value: text };
}

function put(target: Record<string, unknown>, [step = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) target[step] = value;
  else put((target[step] ??= {}) as Record<string, unknown>, rest, value);
}

/** What the form would complain of at once; the server checks all of it. */
function faultsOf(schema: Schema, payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null) {
    return schema.type === 'object' ? [$localize`This is not an object with the fields of the task type.`] : [];
  }
  const missing = (schema.required ?? []).filter((name) => (payload as Record<string, unknown>)[name] === undefined);
  return missing.map((name) => $localize`${name}:field: is missing.`);
}
