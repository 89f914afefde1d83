import type { Routes, UrlMatchResult, UrlSegment } from '@angular/router';

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'submit' },
  {
    path: 'submit',
    title: $localize`Submit`,
    loadComponent: async () => (await import('./submit/submit-page.ts')).SubmitPage,
  },
  {
    path: 'tasks',
    title: $localize`Tasks`,
    loadComponent: async () => (await import('./tasks/task-list.ts')).TaskList,
  },
  {
    path: 'tasks/:id',
    title: $localize`Task`,
    loadComponent: async () => (await import('./task/task-page.ts')).TaskPage,
  },
  {
    path: 'history',
    title: $localize`History`,
    loadComponent: async () => (await import('./history/history-page.ts')).HistoryPage,
  },
  {
    path: 'dead-letters',
    title: $localize`Dead letters`,
    loadComponent: async () => (await import('./dead-letters/dead-letters-page.ts')).DeadLettersPage,
  },
  {
    path: 'dead-letters/groups/:group',
    title: $localize`Dead letters`,
    loadComponent: async () => (await import('./dead-letters/group-page.ts')).GroupPage,
  },
  {
    path: 'dead-letters/replays/:id',
    title: $localize`Replay`,
    loadComponent: async () => (await import('./dead-letters/replay-page.ts')).ReplayPage,
  },
  {
    path: 'schedules',
    title: $localize`Schedules`,
    loadComponent: async () => (await import('./schedules/schedules-page.ts')).SchedulesPage,
  },
  {
    path: 'schedules/new',
    title: $localize`New schedule`,
    loadComponent: async () => (await import('./schedules/edit-schedule-page.ts')).EditSchedulePage,
  },
  {
    path: 'schedules/:id',
    title: $localize`Schedule`,
    loadComponent: async () => (await import('./schedules/schedule-page.ts')).SchedulePage,
  },
  {
    path: 'schedules/:id/edit',
    title: $localize`Change a schedule`,
    loadComponent: async () => (await import('./schedules/edit-schedule-page.ts')).EditSchedulePage,
  },
  {
    path: 'overview',
    title: $localize`Overview`,
    loadComponent: async () => (await import('./overview/overview-page.ts')).OverviewPage,
  },
  {
    // One for both, so that the page stays while a person goes from room to room.
    matcher: chatPaths,
    title: ({ params }) => (params['room'] === undefined ? $localize`Chat` : `#${params['room'] as string}`),
    loadComponent: async () => (await import('./chat/chat-page.ts')).ChatPage,
  },
  {
    path: 'settings',
    title: $localize`Settings`,
    loadComponent: async () => (await import('./settings/settings-page.ts')).SettingsPage,
  },
  {
    path: '**',
    title: $localize`Not found`,
    loadComponent: async () => (await import('./frame/not-found.ts')).NotFound,
  },
];

/** `/chat` and `/chat/:room`. */
function chatPaths(segments: UrlSegment[]): UrlMatchResult | null {
  const [chat, room] = segments;
  if (chat?.path !== 'chat' || segments.length > 2) return null;
  return { consumed: segments, posParams: room === undefined ? {} : { room } };
}
