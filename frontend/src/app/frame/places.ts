import type { IconName } from '../ui/icon.ts';

export interface Place {
  readonly path: string;
  readonly word: string;
  readonly icon: IconName;
  /** Second key after `g`. */
  readonly key: string;
  readonly badge?: 'dead-letters' | 'chat';
}

/** The pages that the rail leads to, most used first. */
export const places: readonly Place[] = [
  { path: '/submit', word: $localize`Submit`, icon: 'submit', key: 's' },
  { path: '/tasks', word: $localize`Tasks`, icon: 'tasks', key: 't' },
  { path: '/dead-letters', word: $localize`Dead letters`, icon: 'letter', key: 'd', badge: 'dead-letters' },
  { path: '/schedules', word: $localize`Schedules`, icon: 'calendar', key: 'c' },
  { path: '/overview', word: $localize`Overview`, icon: 'chart', key: 'o' },
  { path: '/chat', word: $localize`Chat`, icon: 'chat', key: 'm', badge: 'chat' },
];

/** Below the others: it is seldom needed. */
export const settingsPlace: Place = { path: '/settings', word: $localize`Settings`, icon: 'gear', key: ',' };
