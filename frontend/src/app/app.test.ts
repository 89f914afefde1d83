import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor } from '@testing-library/angular';
import { App } from './app.ts';
import { FakeTasks, http, provideFakeTasks } from './testing/fake-tasks.ts';

let tasks: FakeTasks;
const open = () => render(App, { providers: provideFakeTasks(tasks) });

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
    expect(screen.getByText(/retrying/).textContent).toMatch(/in (3|2\.9) s/);
  });

  it('shows who I am, and ways to sign out or be somebody else', async () => {
    await open();
    http()
      .expectOne('/.auth/me')
      .flush([{ user_id: 'ada', user_claims: [{ typ: 'name', val: 'Ada Lovelace' }] }]);
    fireEvent.click(await screen.findByRole('button', { name: 'Ada Lovelace' }));
    expect((await screen.findByRole('menuitem', { name: 'Sign out' })).getAttribute('href')).toContain('/.auth/logout');
    const another = screen.getByRole('menuitem', { name: 'Sign in as someone else' });
    expect(another.getAttribute('href')).toBe('/.auth/login/aad?post_login_redirect_uri=/');
  });

  it('offers to sign in when nobody is', async () => {
    await open();
    http().expectOne('/.auth/me').flush([]);
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
});
