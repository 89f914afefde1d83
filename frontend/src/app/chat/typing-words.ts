import { isolated } from '../ui/isolated.ts';

/** `Ada and Bob are typing …`; empty where nobody does. */
export function typingWords(people: readonly { readonly name: string }[]): string {
  const [first, second] = people.map(({ name }) => isolated(name));
  if (first === undefined) return '';
  if (second === undefined) return $localize`${first}:name: is typing …`;
  if (people.length === 2) return $localize`${first}:first: and ${second}:second: are typing …`;
  return $localize`${people.length}:count: people are typing …`;
}
