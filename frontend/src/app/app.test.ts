import { TestBed } from '@angular/core/testing';
import { Router, TitleStrategy } from '@angular/router';
import { fireEvent, render, screen, waitFor } from '@testing-library/angular';
import { App } from './app.ts';
import { Commands } from './frame/commands.ts';
import { PageTitle } from './frame/page-title.ts';
import { Toasts } from './frame/toasts.ts';
import { SignIn } from './live/who.ts';
import { aMessage, aRoom } from './testing/fake-chat.ts';
import { FakeTasks, http, provideFakeTasks } from './testing/fake-tasks.ts';

let tasks: FakeTasks;
const open = () =>
  render(App, { providers: [...provideFakeTasks(tasks), { provide: TitleStrategy, useClass: PageTitle }] });

beforeEach(() => {
  localStorage.clear();
  tasks = new FakeTasks();
});

describe('the frame', () => {
  it('says in words how the connection is', async () => {
    await open();
    const indicator = screen.getByRole('status');
    expect(indicator.textContent).toContain('Live');
    tasks.connection.set({ kind: 'catching-up', events: 12 });
    await waitFor(() => expect(indicator.textContent).toBe('Catching up'));
    expect(screen.getByText('(12)')).toBeTruthy();
    tasks.connection.set({ kind: 'offline', retryAt: Date.now() + 3000 });
    await waitFor(() => expect(indicator.textContent).toBe('Offline'));
    expect(screen.getByText('retrying').parentElement!.textContent).toMatch(/retrying\s+in (3|2\.\d) s/);
    fireEvent.click(screen.getByRole('button', { name: 'Retry now' }));
    expect(tasks.retries).toBe(1);
  });

  it('shows who I am, and ways to sign out or be somebody else', async () => {
    await open();
    http()
      .expectOne('/.auth/me')
      .flush([{ user_id: 'ada', user_claims: [{ typ: 'name', val: 'Ada Lovelace' }] }]);
    fireEvent.click(await screen.findByRole('button', { name: 'Ada Lovelace' }));
    expect((await screen.findByRole('menuitem', { name: 'Sign out' })).getAttribute('href')).toContain('/.auth/logout');
    const another = screen.getByRole('menuitem', { name: 'Sign in as someone else' });
    expect(another.getAttribute('href')).toBe('/.auth/login/aad?post_login_redirect_uri=%2F');
  });

  it('shows it too where only the API knows', async () => {
    await open();
    http().expectOne('/.auth/me').flush('Not Found', { status: 404, statusText: 'Not Found' });
    http()
      .expectOne('/api/me')
      .flush({ id: 'ada', name: 'Ada Lovelace', roles: ['operator'], isOperator: true });
    expect(await screen.findByRole('button', { name: 'Ada Lovelace' })).toBeTruthy();
    expect(TestBed.inject(SignIn).who().owner).toBe('ada');
  });

  it('offers to sign in when nobody is', async () => {
    await open();
    http().expectOne('/.auth/me').flush([]);
    http().expectOne('/api/me').flush({ code: 'unauthenticated' }, { status: 401, statusText: 'Unauthorized' });
    fireEvent.click(screen.getByRole('button', { name: 'Not signed in' }));
    expect(await screen.findByRole('menuitem', { name: 'Sign in' })).toBeTruthy();
  });

  it('turns dark on request, and remembers it', async () => {
    await open();
    fireEvent.click(screen.getByRole('button', { name: 'Theme: As the system' }));
    fireEvent.click(await screen.findByRole('menuitemradio', { name: 'Dark' }));
    await waitFor(() => expect(document.documentElement.style.colorScheme).toBe('dark'));
    expect(localStorage.getItem('theme')).toBe('dark');
  });

  it('lists the keys on ?, but not while somebody types', async () => {
    await open();
    const field = document.body.appendChild(document.createElement('input'));
    fireEvent.keyDown(field, { key: '?' });
    fireEvent.keyDown(document.body, { key: '?' });
    expect(await screen.findAllByRole('heading', { name: 'Keyboard' })).toHaveLength(1);
    field.remove();
  });

  it('puts the keyboard at the top of a page that was gone to, but leaves it while only the filter changes', async () => {
    await open();
    const router = TestBed.inject(Router);
    router.resetConfig([{ path: '**', children: [] }]);
    await router.navigateByUrl('/submit');
    const field = document.body.appendChild(document.createElement('input'));
    field.focus();
    await router.navigateByUrl('/submit?q=x');
    expect(document.activeElement).toBe(field);
    await router.navigateByUrl('/tasks');
    expect(document.activeElement).toBe(screen.getByRole('main'));
    field.remove();
  });

  it('goes to a page by two keys', async () => {
    await open();
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigateByUrl').mockResolvedValue(true);
    fireEvent.keyDown(document.body, { key: 'g' });
    fireEvent.keyDown(document.body, { key: 't' });
    expect(navigate).toHaveBeenCalledWith('/tasks');
  });

  it('tells how many dead letters wait, on the way to them', async () => {
    tasks.deadLetters = 12;
    await open();
    expect(await screen.findByRole('link', { name: 'Dead letters 12' })).toBeTruthy();
  });

  it('tells how much is new in the rooms I have been in, on the way to them, and who writes while I look elsewhere', async () => {
    const shown: [string, NotificationOptions][] = [];
    class FakeNotification {
      static readonly permission = 'granted';
      constructor(title: string, options: NotificationOptions) {
        shown.push([title, options]);
      }
    }
    Object.assign(window, { Notification: FakeNotification });
    localStorage.setItem('notifications', 'on');
    const { chat } = tasks;
    chat.all.next([aRoom({ last: 5, read: 3 }), aRoom({ name: 'never', last: 9 })]);
    await open();
    expect(await screen.findByRole('link', { name: 'Chat 2' })).toBeTruthy();
    const hidden = jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    chat.say(aMessage(6, { text: 'Lunch?' }));
    chat.all.next([aRoom({ last: 6, read: 3 }), aRoom({ name: 'never', last: 10 })]);
    await waitFor(() => expect(shown.map(([title, { body }]) => [title, body])).toEqual([['\u2068Bob\u2069 in #general', 'Lunch?']]), { timeout: 10_000 }); // prettier-ignore
    await waitFor(() => expect(document.title).toMatch(/^\(3\) /));
    // This one another window has shown.
    chat.say(aMessage(7, { text: 'Seen' }));
    chat.all.next([aRoom({ last: 7, read: 7 })]);
    await waitFor(() => expect(document.title).toBe('Orchestrator'));
    chat.say(aMessage(8, { text: 'Not seen' }));
    chat.all.next([aRoom({ last: 8, read: 7 })]);
    await waitFor(() => expect(shown.map(([, { body }]) => body)).toEqual(['Lunch?', 'Not seen']), { timeout: 10_000 });
    hidden.mockRestore();
  });

  it('says a toast aloud and takes it away on request', async () => {
    await open();
    const undo = jest.fn();
    TestBed.inject(Toasts).show('Cancelled 3 tasks', { action: { word: 'Undo', run: undo } });
    await waitFor(() => expect(screen.getByRole('log').textContent).toContain('Cancelled 3 tasks'));
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(undo).toHaveBeenCalledTimes(1);
    await waitFor(() => expect(screen.getByRole('log').textContent).not.toContain('Cancelled'));
  });
});

describe('the palette', () => {
  const search = () => screen.findByRole('combobox', { name: 'Find anything' });
  const chosen = () => screen.getByRole('option', { selected: true }).textContent.trim();

  it('finds pages, actions and task types by words, and runs what is chosen', async () => {
    await open();
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
    const field = await search();
    fireEvent.input(field, { target: { value: 'csv' } });
    await waitFor(() => expect(chosen()).toBe('Submit: Summarise a CSV'));
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(navigate).toHaveBeenCalledWith(['/submit'], { queryParams: { type: 'summarize-csv' } });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('opens a task by its ID, and searches tasks for words that nothing else has', async () => {
    await open();
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fireEvent.click(screen.getByRole('button', { name: /Find anything/ }));
    const field = await search();
    const id = '0192f3a1-5b6c-7d8e-9f01-23456789abcd';
    fireEvent.input(field, { target: { value: `see ${id}` } });
    await waitFor(() => expect(chosen()).toBe(`Open task ${id}`));
    fireEvent.input(field, { target: { value: 'invoice 7' } });
    await waitFor(() => expect(chosen()).toBe('Find tasks with “invoice 7”'));
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(navigate).toHaveBeenCalledWith(['/tasks'], { queryParams: { q: 'invoice 7' } });
  });

  it('lists what cannot be done now with the reason, and does not do it', async () => {
    await open();
    const run = jest.fn();
    TestBed.runInInjectionContext(() =>
      TestBed.inject(Commands).offer([{ title: 'Cancel this task', unavailable: 'It has ended.', run }]),
    );
    fireEvent.keyDown(document.body, { key: 'k', metaKey: true });
    const field = await search();
    fireEvent.input(field, { target: { value: 'cancel' } });
    await waitFor(() => expect(chosen()).toContain('It has ended.'));
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(run).not.toHaveBeenCalled();
  });
});
