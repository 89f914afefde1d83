import { applyPatch } from 'rfc6902';
import type { Refusal, RefusalReason } from '../../contracts/dead-letters.ts';
import type { JsonPatch } from '../../contracts/replay.ts';
import { submitLimits } from '../../contracts/submit.ts';
import type { TaskType } from '../task-types/define-task-type.ts';
import { findUnkeepable } from '../tasks/json-limits.ts';

export type EditedPayload =
  | { readonly before: unknown; readonly after: unknown; /** `after` as JSON. */ readonly json: string }
  | { readonly refusal: Omit<Refusal, 'id'> };

interface Editing {
  /** Undefined when this version of the app does not know the type. */
  readonly taskType: TaskType | undefined;
  readonly payloadLimitBytes: number;
}

/**
 * Applies a JSON Patch (RFC 6902) to a payload and checks the outcome as if it were submitted.
 * @param payload JSON, or undefined when it is no longer kept
 */
export function editPayload(
  payload: string | undefined,
  patch: JsonPatch,
  { taskType, payloadLimitBytes }: Editing,
): EditedPayload {
  if (payload === undefined) return refused('payload-missing', 'The payload is no longer kept; submit the task again.');
  if (taskType === undefined) return refused('unknown-type', 'This version of the app does not know the task type.');
  const patched = applyToJson(payload, patch);
  if ('fault' in patched) return refused('patch-failed', patched.fault);
  const { value: after } = patched;
  const unkeepable = findUnkeepable(after, submitLimits.depth);
  if (unkeepable !== undefined) return refused('invalid-payload', faultText(unkeepable));
  const parsed = taskType.parse(after);
  if ('errors' in parsed) return refused('invalid-payload', parsed.errors.map(faultText).join(' '));
  const json = JSON.stringify(after);
  const bytes = Buffer.byteLength(json);
  if (bytes > payloadLimitBytes) {
    return refused('payload-too-large', `Patched, it has ${bytes} bytes; at most ${payloadLimitBytes} are allowed.`);
  }
  return { before: JSON.parse(payload) as unknown, after, json };
}

function refused(reason: RefusalReason, detail: string): EditedPayload {
  return { refusal: { reason, detail } };
}

const faultText = ({ pointer, detail }: { pointer: string; detail: string }) => `${pointer}: ${detail}`;

/** The library knows no whole document (`""`), so it gets the payload as a member of another. */
function applyToJson(payload: string, patch: JsonPatch): { value: unknown } | { fault: string } {
  const document = { payload: JSON.parse(payload) as unknown };
  for (const [i, operation] of patch.entries()) {
    const fault = applyOne(document, operation);
    if (fault !== undefined) return { fault: `Operation ${i} (${operation.op} ${operation.path}): ${fault}` };
  }
  if (!Object.hasOwn(document, 'payload')) return { fault: 'The patch leaves no payload.' };
  return { value: document.payload };
}

const under = (pointer: string) => `/payload${pointer}`;

function applyOne(document: object, operation: JsonPatch[number]): string | undefined {
  const { op, path } = operation;
  const from = op === 'move' || op === 'copy' ? operation.from : undefined;
  if (from !== undefined && !exists(document, from)) return `there is nothing at "${from}".`;
  const adds = op === 'add' || op === 'move' || op === 'copy';
  if (!(adds ? canBeAdded(document, path) : exists(document, path))) {
    return adds ? 'there is no place of that name to add to.' : 'there is nothing at this path.';
  }
  const prefixed = { ...operation, path: under(path), ...(from !== undefined && { from: under(from) }) };
  const [error] = applyPatch(document, [prefixed]);
  if (error === null) return undefined;
  return op === 'test' ? 'the value there is another one.' : 'it cannot be moved into itself.';
}

/** The library would also reach what JavaScript adds to objects and arrays, such as an array's `length`. */
function exists(document: object, pointer: string): boolean {
  return find(document, tokens(pointer)) !== nothing;
}

function canBeAdded(document: object, pointer: string): boolean {
  const path = tokens(pointer);
  const name = path.at(-1)!;
  const parent = find(document, path.slice(0, -1));
  if (Array.isArray(parent)) return name === '-' || (isIndex(name) && Number(name) <= parent.length);
  return typeof parent === 'object' && parent !== null && parent !== nothing;
}

const nothing = {};

function find(document: object, path: readonly string[]): unknown {
  let value: unknown = document;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return nothing;
    if (Array.isArray(value) && !isIndex(name)) return nothing;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

const isIndex = (name: string) => /^(0|[1-9]\d{0,9})$/.test(name);

/** RFC 6901. */
function tokens(pointer: string): string[] {
  return under(pointer)
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}
