/** What differs between two occurrences of the same error, and what it is folded into; the order matters. */
const folds: readonly [pattern: RegExp, placeholder: string][] = [
  [/"[^"\n]*"|`[^`\n]*`|«[^»\n]*»|“[^”\n]*”|„[^“”\n]*[“”]/g, '<value>'],
  // An apostrophe within a word quotes nothing.
  [/(?<!\w)'[^'\n]*'(?!\w)|‘[^’\n]*’/g, '<value>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<time>'],
  [/\b0x[0-9a-f]+\b/gi, '<id>'],
  // Hashes, and tokens of letters and digits mixed.
  [/\b(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{8,}\b/gi, '<id>'],
  [/(?<![\w.])[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?/gi, '<n>'],
  [/\d+/g, '<n>'],
  [/\s+/g, ' '],
];

/** Longer messages are told apart by their beginnings. */
const lengthLookedAt = 1_000;

/** The message of an error without what changes from case to case: numbers, IDs, times, quoted values. */
export function errorFingerprint(message: string): string {
  return folds
    .reduce((text, [pattern, placeholder]) => text.replace(pattern, placeholder), message.slice(0, lengthLookedAt))
    .trim();
}
