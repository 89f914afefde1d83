import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RegisteredFunction } from '../core-types.ts';
import type { HttpRoute } from './route-table.ts';

/** The keys of an app; each kind has names for its keys, `default` to begin with. */
export interface FunctionKeys {
  readonly master: string;
  /** Open every function of the level `function`. */
  readonly host: Readonly<Record<string, string>>;
  /** Open one function, by its name. */
  readonly functions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What is asked for: a function, or (without one) a part of the host. */
export type Guarded = Pick<HttpRoute, 'authLevel'> & { readonly function?: RegisteredFunction };

/** Whether a request may have it. Source: https://learn.microsoft.com/azure/azure-functions/function-keys-how-to */
export type Authorize = (guarded: Guarded, request: IncomingMessage, url: URL) => boolean;

/** Core Tools skip function keys on the developer's machine, unless asked to check them. */
export const skipKeys: Authorize = () => true;

export function checkKeys(keys: FunctionKeys): Authorize {
  return ({ authLevel, function: registered }, request, url) => {
    if (authLevel === 'anonymous') return true;
    const given = givenKey(request, url);
    if (given === undefined) return false;
    const own = keys.functions[registered?.metadata.name ?? ''] ?? {};
    const accepted =
      authLevel === 'admin' ? [keys.master] : [keys.master, ...Object.values(keys.host), ...Object.values(own)];
    return accepted.some((key) => sameKey(key, given));
  };
}

/** The header wins over the query. */
function givenKey(request: IncomingMessage, url: URL): string | undefined {
  const header = request.headers['x-functions-key'];
  return typeof header === 'string' && header !== '' ? header : (url.searchParams.get('code') ?? undefined);
}

function sameKey(key: string, given: string): boolean {
  const [a, b] = [Buffer.from(key), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Reads the keys of a file, and adds those that are missing: a master key, a host key, one for each function. */
export async function readOrCreateKeys(file: string, functionNames: readonly string[]): Promise<FunctionKeys> {
  const stored = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Partial<FunctionKeys>,
    () => undefined,
  );
  const functions = functionNames.map((name) => [name, stored?.functions?.[name] ?? { default: newKey() }] as const);
  const keys = {
    master: stored?.master ?? newKey(),
    host: stored?.host ?? { default: newKey() },
    functions: { ...stored?.functions, ...Object.fromEntries(functions) },
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
  return keys;
}

function newKey(): string {
  return randomBytes(40).toString('base64url');
}
