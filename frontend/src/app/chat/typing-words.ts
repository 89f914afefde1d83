/** `Ada and Bob are typing …`; empty where nobody does. */
export function typingWords(people: readonly { readonly name: string }[]): string {
  const [first, second] = people;
  if (first === undefined) return '';
  if (second === undefined) return $localize`${first.name}:name: is typing …`;
  if (people.length === 2) return $localize`${first.name}:first: and ${second.name}:second: are typing …`;
  return $localize`${people.length}:count: people are typing …`;
}
