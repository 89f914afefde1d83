const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

const words: Readonly<Record<string, string>> = {
  Ctrl: isMac ? '⌘' : $localize`:name of a key|:Ctrl`,
  Enter: $localize`:name of a key|:Enter`,
  Esc: $localize`:name of a key|:Esc`,
  Up: '↑',
  Down: '↓',
};

/** What stands on a key of this person's keyboard. @param key as a US keyboard for Windows has it */
export function keyWord(key: string): string {
  return words[key] ?? key;
}
