const PATTERN = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** From this length on Azure means "for ever" (its maximum TimeSpan is P10675199DT2H48M5.4775807S). */
const FOR_EVER_DAYS = 10_675_199;

/**
 * Milliseconds of an ISO 8601 duration such as `PT1M30S` or `P14D`; Infinity for Azure's maximum.
 * @throws Error when the text is no such duration.
 */
export function parseDuration(text: string): number {
  const match = PATTERN.exec(text);
  if (!match || text.endsWith('T') || text === 'P') throw new Error(`"${text}" is not a duration like PT1M or P14D`);
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  if (days >= FOR_EVER_DAYS) return Infinity;
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
