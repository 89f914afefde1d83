import { render, screen } from '@testing-library/angular';
import { FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { ScriptAccess } from './script-access.ts';

const guid = '11111111-2222-3333-4444-555555555555';
const entra = { tokensFrom: { tenant: guid, resource: `api://${guid}` } };
const token = `e30.${btoa(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 1_800 }))}.x`;

/** @param kept what the platform keeps; undefined where it keeps nothing */
async function open(kept: object | null | undefined, me: object = {}) {
  const view = await render(ScriptAccess, { providers: provideFakeTasks(new FakeTasks()) });
  const store = http().expectOne('/.auth/me');
  if (kept === undefined) store.flush('Not Found', { status: 404, statusText: 'Not Found' });
  else store.flush(kept);
  http().expectOne('/api/me').flush(me);
  await view.fixture.whenStable();
}

it('offers the token of the sign-in without showing it, and says when it ends', async () => {
  await open([{ id_token: token, user_claims: [] }]);
  expect(screen.getByText(/^in (29|30) min$/)).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Copy the token' })).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Copy as curl' })).toBeTruthy();
  expect(document.body.textContent).not.toContain(token);
  expect(screen.queryByText(/az account/)).toBeNull();
});

it('says how Entra ID gives one, where it signs people in', async () => {
  await open(undefined, entra);
  expect(screen.queryByRole('button', { name: 'Copy the token' })).toBeNull();
  expect(screen.queryByText(/gives the page no token/)).toBeNull();
  expect(screen.getByText(/az account get-access-token/).textContent).toContain(`--resource api://${guid}`);
  expect(screen.getByRole('button', { name: 'Copy the commands' })).toBeTruthy();
});

it.each([[[{ user_claims: [] }]], [[]], [null], [undefined]])('says so where nobody gives one: %j', async (kept) => {
  await open(kept);
  expect(screen.getByText(/gives the page no token/)).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});
