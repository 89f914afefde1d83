import type { Routes } from '@angular/router';

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'submit' },
  { path: 'submit', title: 'Submit', loadComponent: async () => (await import('./submit/submit-page.ts')).SubmitPage },
  { path: 'tasks', title: 'Tasks', loadComponent: async () => (await import('./tasks/task-list.ts')).TaskList },
  { path: 'tasks/:id', title: 'Task', loadComponent: async () => (await import('./task/task-page.ts')).TaskPage },
  { path: '**', title: 'Not found', loadComponent: async () => (await import('./frame/not-found.ts')).NotFound },
];
