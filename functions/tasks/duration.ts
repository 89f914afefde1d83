const pattern = /^P(?=.)(?:(\d+)W|(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?)$/;
const unitsInMs = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000];

/**
 * Milliseconds of an ISO 8601 duration of weeks, or of days, hours, minutes and seconds (`PT30M`, `P1DT12H`).
 * Years and months have no fixed length and are not taken.
 * @returns undefined when the text is no such duration
 */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  return unitsInMs.reduce((sum, unit, i) => sum + unit * Number(match[i + 1] ?? 0), 0);
}
