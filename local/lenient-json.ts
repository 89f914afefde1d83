/** JSON as .NET's reader takes it, so that a file which Azure accepts is accepted here: with a byte-order mark, comments, trailing commas. */
import { messageOf } from './failure.ts';

/** Comments and trailing commas become blanks, so that positions stay true. Fails with one sentence that gives the place. */
export function parseLenientJson(text: string, name: string): unknown {
  const withoutMark = text.replace(/^\uFEFF/, '');
  const withoutComments = blankOut(withoutMark, /("(?:\\.|[^"\\\n])*")|\/\/[^\n]*|\/\*[^]*?\*\//g);
  const json = blankOut(withoutComments, /("(?:\\.|[^"\\\n])*")|,(?=\s*[}\]])/g);
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(
      `${name} is not valid JSON at ${placeOf(json, messageOf(error))}: correct it there, then start again.`,
      { cause: error },
    );
  }
}

/** Blanks out what the pattern matches, except its group: strings, which may contain what looks like a comment. */
function blankOut(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match, string?: string) => string ?? match.replace(/[^\n]/g, ' '));
}

function placeOf(json: string, message: string): string {
  const before = json.slice(0, faultIn(json, message)).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

/** The index of the fault. V8 leaves it out for an unexpected token: the shortest beginning of the text that has one ends with it. */
function faultIn(json: string, message: string): number {
  const told = /at position (\d+)/.exec(message)?.[1];
  if (told) return Number(told);
  for (let end = 1; end <= json.length; end += 1) if (hasUnexpectedToken(json.slice(0, end))) return end - 1;
  return json.length;
}

function hasUnexpectedToken(json: string): boolean {
  try {
    JSON.parse(json);
    return false;
  } catch (error) {
    return messageOf(error).startsWith('Unexpected token');
  }
}
