import type { IconName } from '../ui/icon.ts';

export interface Place {
  readonly path: string;
  readonly word: string;
  readonly icon: IconName;
  /** Second key after `g`. */
  readonly key: string;
  readonly badge?: 'dead-letters' | 'chat';
  /** A page without a place of its own, which belongs to this one. */
  readonly also?: string;
  /** More words to find it by. */
  readonly words?: string;
}

/** The pages that the rail leads to, most used first. */
export const places: readonly Place[] = [
  { path: '/submit', word: $localize`Submit`, icon: 'submit', key: 's' },
  { path: '/tasks', word: $localize`Tasks`, icon: 'tasks', key: 't', also: '/history' },
  { path: '/dead-letters', word: $localize`Dead letters`, icon: 'letter', key: 'd', badge: 'dead-letters' },
  { path: '/schedules', word: $localize`Schedules`, icon: 'calendar', key: 'c' },
  { path: '/overview', word: $localize`Overview`, icon: 'chart', key: 'o' },
  { path: '/chat', word: $localize`Chat`, icon: 'chat', key: 'm', badge: 'chat' },
];

/**
 * Where the page of tasks leads on to. Not in the rail: it is looked into now and then, the bar of a phone has no room for a seventh word, and
 * its place there is that of the tasks.
 */
export const historyPlace: Place = {
  path: '/history',
  word: $localize`History`,
  icon: 'history',
  key: 'h',
  words: $localize`ended long ago archive old tasks`,
};

/** Below the others: it is seldom needed. */
export const settingsPlace: Place = { path: '/settings', word: $localize`Settings`, icon: 'gear', key: ',' };
