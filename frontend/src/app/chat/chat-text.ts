import { taskIdPattern } from '../frame/command-search.ts';

/** A piece of what somebody wrote. Whatever it is, it is drawn as text: nothing of it becomes part of the page. */
export type TextPart =
  | { readonly kind: 'text' | 'code' | 'block'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly address: string }
  | { readonly kind: 'task'; readonly text: string; readonly id: string };

const fence = /```(?:[\w+#.-]*\n)?([\s\S]+?)\n?```/g;
const inline = /`([^`\n]+)`/g;
const word = /https?:\/\/[^\s<>"`]+|\/tasks\/[\w-]+|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;

/** Code in `…` or between lines of ```, links to http and https, and tasks by their ID or the address of their page. */
export function partsOf(text: string, origin = location.origin): readonly TextPart[] {
  return split(text, fence, ([, code = '']) => [{ kind: 'block', text: code }], (rest) => inlinesOf(rest, origin)).map(
    (part, index, all) => (part.kind === 'text' ? { ...part, text: withoutEdge(part.text, all, index) } : part),
  ); // prettier-ignore
}

function inlinesOf(text: string, origin: string): readonly TextPart[] {
  return split(text, inline, ([, code = '']) => [{ kind: 'code', text: code }], (rest) => wordsOf(rest, origin)); // prettier-ignore
}

function wordsOf(text: string, origin: string): readonly TextPart[] {
  return split(text, word, ([found]) => linked(found, origin), (rest) => [{ kind: 'text', text: rest }]); // prettier-ignore
}

function linked(found: string, origin: string): readonly TextPart[] {
  const address = withoutEnd(found);
  const rest = found.slice(address.length);
  const after = rest === '' ? [] : [{ kind: 'text' as const, text: rest }];
  const id = taskIn(address, origin);
  if (id !== undefined) return [{ kind: 'task', text: address, id }, ...after];
  if (!/^https?:/i.test(address) || !URL.canParse(address)) return [{ kind: 'text', text: found }];
  return [{ kind: 'link', text: address, address }, ...after];
}

/** An ID alone, or the address of the page of a task, here. */
function taskIn(found: string, origin: string): string | undefined {
  const id = taskIdPattern.exec(found)?.[0];
  const before = id === undefined ? undefined : found.slice(0, found.indexOf(id));
  return before === '' || before === '/tasks/' || before === `${origin}/tasks/` ? id?.toLowerCase() : undefined;
}

/** What ends a sentence, or closes a bracket that was opened before the link, is no part of it. */
function withoutEnd(address: string): string {
  const ends = /[.,;:!?'*_]$/.test(address);
  const closes = address.endsWith(')') && !address.includes('(');
  return ends || closes ? withoutEnd(address.slice(0, -1)) : address;
}

/** The lines around a block of code are its own: an empty one beside it would be a second gap. */
function withoutEdge(text: string, all: readonly TextPart[], index: number): string {
  const start = all[index - 1]?.kind === 'block' ? text.replace(/^\n/, '') : text;
  return all[index + 1]?.kind === 'block' ? start.replace(/\n$/, '') : start;
}

function split(
  text: string,
  pattern: RegExp,
  take: (found: RegExpExecArray) => readonly TextPart[],
  between: (rest: string) => readonly TextPart[],
): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > at) parts.push(...between(text.slice(at, found.index)));
    parts.push(...take(found));
    at = found.index + found[0].length;
  }
  return at < text.length ? [...parts, ...between(text.slice(at))] : parts;
}
