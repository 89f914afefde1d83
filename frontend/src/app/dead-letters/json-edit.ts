import { createPatch } from 'rfc6902';
import type { JsonPatch } from '../../../../contracts/replay.ts';
import { jsonFault } from '../ui/json-fault.ts';

export type JsonEdit =
  { readonly kind: 'same' } | { readonly kind: 'edited'; readonly patch: JsonPatch } | { readonly kind: 'broken'; readonly message: string }; // prettier-ignore

/** What was changed in the text of a JSON value: the patch that does the same to others. */
export function readEdit(before: unknown, text: string): JsonEdit {
  let after: unknown;
  try {
    after = JSON.parse(text) as unknown;
  } catch (error) {
    return { kind: 'broken', message: jsonFault(error) };
  }
  // What it makes of two JSON values is add, remove and replace only.
  const patch = createPatch(before, after) as JsonPatch;
  return patch.length === 0 ? { kind: 'same' } : { kind: 'edited', patch };
}

/** The value a JSON Pointer (RFC 6901) leads to; undefined where there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, step) => {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
      return (at as Record<string, unknown>)[step];
    }, value);
}
