import { oneUnit } from '../ui/duration.ts';
import { formatNumber } from '../ui/number.ts';

/** What a trend shows, in words. @param trend the time its counts are about, as the API tells it */
export function trendWords(
  counts: readonly number[],
  trend: { readonly from: string; readonly to: string } | undefined,
): string {
  const most = Math.max(0, ...counts);
  if (trend === undefined || most === 0) return $localize`No trend`;
  const step = (Date.parse(trend.to) - Date.parse(trend.from)) / counts.length;
  const sinceLast = (counts.length - 1 - counts.findLastIndex((count) => count > 0)) * step;
  const peak = $localize`at most ${formatNumber(most)}:count: in ${oneUnit(step)}:duration:`;
  return sinceLast < step
    ? $localize`Still coming in, ${peak}:peak:`
    : $localize`None for ${oneUnit(sinceLast)}:duration:, ${peak}:peak:`;
}
