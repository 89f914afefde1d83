const words: Readonly<Record<string, string>> = {
  '': $localize`Normal`,
  high: $localize`High`,
  low: $localize`Low`,
  ordered: $localize`In order`,
};

/** What people call a lane: `tasks-high-1` is "High 1". One that is not known is shown by the name of its queue. */
export function laneWord(queue: string): string {
  const [, kind = '', number = ''] = /^tasks(?:-(high|low|ordered))?(?:-(\d+))?$/.exec(queue) ?? [undefined, queue];
  const word = words[kind] ?? queue;
  return number === '' ? word : `${word} ${number}`;
}
