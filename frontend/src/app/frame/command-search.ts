import type { Command } from './commands.ts';

/**
 * The commands in which every word of the text is found, best first: those whose title begins with it, then those with a word that
 * begins with it, then the rest, each in the given order. Where nothing is looked for, what cannot be done now stands last.
 */
export function findCommands(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...commands].sort((a, b) => Number(!!a.unavailable) - Number(!!b.unavailable));
  return commands
    .map((command) => ({ command, rank: rankOf(command, words) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => a.rank! - b.rank!)
    .map(({ command }) => command);
}

function rankOf({ title, words: more = '' }: Command, words: readonly string[]): number | undefined {
  const text = `${title} ${more}`.toLowerCase();
  if (!words.every((word) => text.includes(word))) return undefined;
  if (text.startsWith(words.join(' '))) return 0;
  return words.every((word) => new RegExp(`(^|[^\\p{L}\\p{N}])${escaped(word)}`, 'u').test(text)) ? 1 : 2;
}

const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** IDs of tasks are UUIDs of version 7. */
export const taskIdPattern = /\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/i;
