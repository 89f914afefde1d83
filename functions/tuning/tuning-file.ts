import { readFile } from 'node:fs/promises';
import { toTexts, type TuningSource } from './tuning-source.ts';

const everyMs = 1_000;

/** A file of JSON: `{"MaxAttempts": 3, "TypeLimits": {"echo": {"concurrency": 2}}}`. While it does not exist, nothing is tuned. */
export function tuningFile(path: string): TuningSource {
  return {
    name: path,
    everyMs,
    async read() {
      const text = await readFile(path, 'utf8').catch(ifMissing);
      return toTexts(Object.entries(parse(text)));
    },
  };
}

function ifMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '{}';
  throw error;
}

function parse(text: string): object {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Answered below.
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw new Error('it should hold one JSON object, such as {"MaxAttempts": 3}');
}
