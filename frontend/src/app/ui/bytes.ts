import { shownLocale } from './locale.ts';

const tenths = new Intl.NumberFormat(shownLocale(), { maximumFractionDigits: 1 });

/** `512 B`, `12.3 kB`, `10 MB`; a kB is 1,000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${tenths.format(size)} ${unit}`;
}
