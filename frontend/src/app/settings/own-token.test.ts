import { curlWith, entraCommand, ownToken } from './own-token.ts';

const jwt = (claims: object) => ['{"alg":"RS256"}', JSON.stringify(claims), 'x'].map((part) => btoa(part).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')).join('.'); // prettier-ignore
const me = (token: string) => [{ id_token: token }];

it('knows the token of the sign-in, and when it ends', () => {
  const token = jwt({ exp: 1_795_000_000, name: '??>>' });
  expect(ownToken(me(token))).toEqual({ text: token, endsAt: '2026-11-18T11:06:40.000Z' });
  for (const none of ['', 'no token', "a.b.c'; rm -rf ~ #", jwt({}), 'a.b.c']) expect(ownToken(me(none))).toBeUndefined(); // prettier-ignore
  expect(ownToken([])).toBeUndefined();
});

it('says how Entra ID is asked for one', () => {
  const app = {
    tenant: '11111111-2222-3333-4444-555555555555',
    resource: 'api://aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  };
  expect(entraCommand(app, 'https://app.example')).toBe(
    `TOKEN=$(az account get-access-token --tenant ${app.tenant} --resource ${app.resource} --query accessToken --output tsv)\n` +
      `curl -H "Authorization: Bearer $TOKEN" 'https://app.example/api/tasks?limit=5'`,
  );
});

it('writes a call that a shell takes', () => {
  expect(curlWith('a.b.c', 'http://localhost:7071')).toBe(
    `curl -H "Authorization: Bearer a.b.c" 'http://localhost:7071/api/tasks?limit=5'`,
  );
});
