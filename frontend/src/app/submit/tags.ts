import { isolated } from '../ui/isolated.ts';

/** Longer words would not fit into a line under their field. */
const mostOfTag = 24;

/** The tag that a pointer leads to, to be told; undefined where it leads elsewhere. */
export function tagAt(pointer: string, tags: readonly string[] = []): string | undefined {
  const tag = tags[Number(/^\/tags\/(\d+)$/.exec(pointer)?.[1])];
  if (tag === undefined) return undefined;
  return isolated(tag.length > mostOfTag ? `${tag.slice(0, mostOfTag)}…` : tag);
}

/** What a field says that takes words with commas between. */
export function tagsIn(text: string): string[] {
  return text.split(',').flatMap((tag) => tag.trim() || []);
}
