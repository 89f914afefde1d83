/**
 * For dates and numbers: as the browser has them, where it speaks the language that is shown; else as that language does. To be asked when
 * the texts are there.
 */
export function shownLocale(): string | undefined {
  const { lang } = document.documentElement;
  return navigator.language.toLowerCase().startsWith(lang) ? undefined : lang;
}

/** Where the person is, as the browser says: `Europe/Berlin`. */
export const localTimeZone = new Intl.DateTimeFormat(shownLocale()).resolvedOptions().timeZone;
