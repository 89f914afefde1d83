import { loadTranslations } from '@angular/localize';
import { shownLocale } from '../ui/locale.ts';
import { loadServerTexts, type ServerTexts } from '../ui/server-text.ts';

export const languages = [
  { code: 'en', word: 'English' },
  { code: 'de', word: 'Deutsch' },
] as const;
export type Language = (typeof languages)[number]['code'];

/** Where the choice is kept; absent means that the browser's languages decide. */
export const languageKey = 'language';

/** The chosen language, else the first of the browser's that there is, else English. */
export function pickLanguage(chosen: string | null | undefined, preferred: readonly string[]): Language {
  const wanted = [chosen ?? '', ...preferred].map((tag) => tag.toLowerCase().split('-')[0]);
  for (const code of wanted) {
    const found = languages.find((language) => language.code === code);
    if (found) return found.code;
  }
  return 'en';
}

/** Loads the texts of the person's language; to be done before anything of the app is loaded. */
export async function prepareLanguage(page: Document): Promise<void> {
  const language = pickLanguage(readChoice(), page.defaultView?.navigator.languages ?? []);
  if (language === 'en') return;
  const [texts, serverTexts] = await Promise.all([fetchJson(`/i18n/${language}.json`), fetchJson(`/i18n/server.${language}.json`)]); // prettier-ignore
  // English is better than nothing.
  if (texts === undefined) return;
  loadTranslations((texts as { readonly translations: Record<string, string> }).translations);
  page.documentElement.lang = language;
  loadServerTexts((serverTexts ?? {}) as ServerTexts, shownLocale());
}

async function fetchJson(path: string): Promise<unknown> {
  const answer = await fetch(path).catch(() => undefined);
  return answer?.ok ? answer.json().catch(() => undefined) : undefined;
}

/** The language of the texts that are shown. */
export function shownLanguage(page: Document): Language {
  return pickLanguage(page.documentElement.lang, []);
}

function readChoice(): string | null {
  try {
    return localStorage.getItem(languageKey);
  } catch {
    return null;
  }
}
