import type { seenPattern as seenPatternOfApi } from '../../../../contracts/seen-text.ts';

const seenPattern =
  '[^\\s\\p{Cc}\\p{Default_Ignorable_Code_Point}\\u2800\\uFFF9-\\uFFFB]' satisfies typeof seenPatternOfApi;
const seen = new RegExp(seenPattern, 'u');

/** Whether anything of it would be seen, as the API judges. */
export const isSeen = (text: string): boolean => seen.test(text);

export const nothingSeen = $localize`Write something that can be seen: spaces and invisible characters alone say nothing.`;
