/**
 * Orders cursors `<milliseconds>-<sequence>` number by number, as the API promises: negative when `a` comes first,
 * 0 when they are the same, positive otherwise. A missing sequence counts as 0.
 */
export function compareCursors(a: string, b: string): number {
  const [timeA = 0, sequenceA = 0] = a.split('-').map(Number);
  const [timeB = 0, sequenceB = 0] = b.split('-').map(Number);
  return timeA - timeB || sequenceA - sequenceB;
}
