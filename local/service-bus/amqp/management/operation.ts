import type { Broker } from '../../broker/broker.ts';
import { ServiceBusError } from '../../broker/errors.ts';
import { type Typed, types } from '../rhea.ts';

export interface Request {
  readonly broker: Broker;
  /** The entity's path, without `/$management`. */
  readonly path: string;
  /** The link on whose behalf a client asks. */
  readonly linkName?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly code?: 200 | 204;
  readonly body?: object;
}

/** Runs at once, and throws a ServiceBusError to refuse; its reply leaves after the commit. */
export type Operation = (request: Request) => Reply;

export function invalid(field: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', `The field '${field}' is missing or not valid.`);
}

/** A whole number; rhea gives those beyond 2^53 as 8 bytes. */
export function integer(body: Request['body'], field: string): number {
  const value = toNumber(body[field]);
  if (value === undefined) throw invalid(field);
  return value;
}

export function string(body: Request['body'], field: string): string {
  const value = body[field];
  if (typeof value !== 'string') throw invalid(field);
  return value;
}

export function list(body: Request['body'], field: string): unknown[] {
  const value = body[field];
  if (!Array.isArray(value)) throw invalid(field);
  return value;
}

export function sequenceNumbers(body: Request['body']): number[] {
  return list(body, 'sequence-numbers').map((item) => {
    const value = toNumber(item);
    if (value === undefined) throw invalid('sequence-numbers');
    return value;
  });
}

/** Lock tokens, as the broker's hexadecimal digits. */
export function lockTokens(body: Request['body']): string[] {
  return list(body, 'lock-tokens').map((token) => {
    if (!Buffer.isBuffer(token)) throw invalid('lock-tokens');
    return token.toString('hex');
  });
}

export function longs(values: readonly number[]): Typed {
  return types.wrap_array(values, 0x81, undefined);
}

export function timestamps(values: readonly number[]): Typed {
  return types.wrap_array(values, 0x83, undefined);
}

function toNumber(value: unknown): number | undefined {
  if (Buffer.isBuffer(value)) return value.length === 8 ? Number(value.readBigInt64BE()) : undefined;
  return typeof value === 'number' ? value : undefined;
}
