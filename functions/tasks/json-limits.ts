import type { InputError } from '../../contracts/problem.ts';
import { toPointer } from '../task-types/define-task-type.ts';

/** The first thing in a JSON value that could not be kept as it came: nested too deeply, or a number out of range. */
export function findUnkeepable(
  value: unknown,
  maxDepth: number,
  path: readonly PropertyKey[] = [],
): InputError | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return {
      pointer: toPointer(path),
      detail: 'This number is too large. Numbers are 64-bit floating point; send it as a string.',
    };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= maxDepth) {
    return { pointer: toPointer(path.slice(0, 3)), detail: `Nested too deeply: at most ${maxDepth} levels.` };
  }
  const entries: Iterable<[PropertyKey, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, item] of entries) {
    // A large array of numbers or texts is looked through without a path for each.
    if (typeof item === 'number' ? Number.isFinite(item) : typeof item !== 'object' || item === null) continue;
    const found = findUnkeepable(item, maxDepth, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How many levels of arrays and objects a JSON text has. */
export function depthOf(json: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

/** What has no JSON, as a function or nothing at all, is null. @throws TypeError for circles and bigints */
export function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
