const candidates = [',', ';', '\t', '|'] as const;

/** The delimiter that the first line uses most, outside of quotes; a comma when it uses none. */
export function detectDelimiter(csv: string): string {
  const counts = new Map<string, number>();
  let quoted = false;
  for (const character of firstNonEmptyLine(csv)) {
    if (character === '"') quoted = !quoted;
    else if (!quoted) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  let best: string = ',';
  for (const candidate of candidates) if ((counts.get(candidate) ?? 0) > (counts.get(best) ?? 0)) best = candidate;
  return best;
}

const longestHeader = 64 * 1024;

function firstNonEmptyLine(csv: string): string {
  return /[^\r\n]+/.exec(csv.slice(0, longestHeader))?.[0] ?? '';
}
