import type { TypedData } from '../core-types.ts';

/** Every JSON text looks like this, and little else does. */
const maybeJson = /^\s*(?:[{["]|(?:-?\d[\d.eE+-]*|true|false|null)\s*$)/;

/**
 * Text as the app's library reads it: parsed where it is JSON, else as it is. For the latter the library catches the error of
 * its parser, which takes longer than all else it does with a message; as a JSON string the same text comes out at once.
 */
export function readableText(text: string): TypedData {
  return maybeJson.test(text) ? { string: text } : { json: JSON.stringify(text) };
}
