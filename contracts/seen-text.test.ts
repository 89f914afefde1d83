import { isSeen } from './seen-text.ts';

it.each([
  ['nothing', ''],
  ['spaces', ' \t\n\u00A0\u2003\u3000'],
  ['zero-width characters', '\u200B\u200C\u200D\u2060\uFEFF'],
  ['directions', '\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u061C'],
  ['soft hyphens and fillers', '\u00AD\u034F\u115F\u1160\u3164\uFFA0\u17B4\u180E'],
  ['variation selectors and tags', '\uFE0F\u{E0001}\u{E0041}\u{E0100}'],
  ['controls', '\u0000\u0007\u007F\u0085'],
  ['blank Braille', '\u2800\u2800'],
])('nothing is seen of %s', (_, text) => expect(isSeen(text)).toBe(false));

it.each([
  'a',
  '\u202Eabc',
  '👩‍🚀',
  '☺\uFE0F',
  '🏴\u{E0067}\u{E0062}\u{E007F}',
  'नमस्ते',
  'می‌خواهم',
  'שלום',
  '日本',
  '한글',
  '\u0600',
  '⠓',
  '𓀀',
  '.',
  '\uD800',
])('something is seen of %j', (text) => expect(isSeen(text)).toBe(true));
