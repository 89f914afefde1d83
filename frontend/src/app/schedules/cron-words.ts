import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { shownLanguage } from '../frame/language.ts';

/** Reads a cron expression aloud; empty for what is none. Fetched where it is needed: it is 8 kB of the page that shows schedules. */
export async function cronWords(cron: string, language: string): Promise<string> {
  const { default: reader } = await import('cronstrue');
  if (language === 'de') await import('cronstrue/locales/de.js');
  try {
    return reader.toString(cron, { locale: language, use24HourTimeFormat: true, throwExceptionOnParseError: true });
  } catch {
    return '';
  }
}

/** A cron expression in words, with the expression itself on hover. */
@Component({
  selector: 'app-cron-words',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[attr.title]': 'cron()' },
  template: `{{ text() }}`,
})
export class CronWords {
  readonly cron = input.required<string>();
  readonly #language = shownLanguage(inject(DOCUMENT));
  readonly #words = signal<{ readonly cron: string; readonly words: string } | undefined>(undefined);
  protected readonly text = computed(() => {
    const known = this.#words();
    return known?.cron === this.cron() && known.words !== '' ? known.words : this.cron();
  });

  constructor() {
    effect(() => {
      const cron = this.cron();
      void cronWords(cron, this.#language).then((words) => this.#words.set({ cron, words }));
    });
  }
}
