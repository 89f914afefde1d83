/**
 * Of a regular expression with the flag `u`: a character that leaves a trace on a page. All do, of any script, but spaces, controls,
 * what Unicode lets be drawn as nothing (joiners, directions, fillers, tags), blank Braille and marks of annotations.
 */
export const seenPattern = '[^\\s\\p{Cc}\\p{Default_Ignorable_Code_Point}\\u2800\\uFFF9-\\uFFFB]';
const seen = new RegExp(seenPattern, 'u');

/** Whether anything of it would be seen. */
export const isSeen = (text: string): boolean => seen.test(text);

/** For `refine` of a text that people are to find again by looking; an empty one is for `min` to judge. */
export const somethingSeen = [
  (text: string) => text === '' || isSeen(text),
  { error: 'Write something that can be seen: spaces and invisible characters alone say nothing.', abort: true },
] as const;
