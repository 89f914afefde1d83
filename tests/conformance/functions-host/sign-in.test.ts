import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';

const functions = `
const { app } = require('@azure/functions');
app.http('WhoAmI', { handler: (request) => ({ jsonBody: {
  id: request.headers.get('x-ms-client-principal-id'),
  name: request.headers.get('x-ms-client-principal-name'),
  provider: request.headers.get('x-ms-client-principal-idp'),
  user: request.user,
  token: request.headers.get('x-ms-token-aad-id-token'),
} }) });
`;
let app: HostedApp;
beforeAll(async () => {
  app = await hostApp({ files: { 'functions.cjs': functions } });
});
afterAll(stopApps);

interface WhoAmI {
  id: string;
  name: string;
  provider: string;
  token: string | null;
  user: {
    type: string;
    claimsPrincipalData: { auth_typ: string; role_typ: string; claims: { typ: string; val: string }[] };
  };
}
async function whoAmI(headers: Record<string, string> = {}): Promise<WhoAmI & { roles: string[] }> {
  const who = (await (await app.fetch('/whoami', { headers })).json()) as WhoAmI;
  return { ...who, roles: rolesIn(who.user.claimsPrincipalData.claims) };
}
function rolesIn(claims: { typ: string; val: string }[]): string[] {
  return claims.filter(({ typ }) => typ === 'roles').map(({ val }) => val);
}
async function signIn(query: string): Promise<{ cookie: string; response: Response }> {
  const response = await app.fetch(`/.auth/login/aad?${query}`);
  return { response, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

test('without a session the user is local-user, an operator', async () => {
  expect(await whoAmI()).toMatchObject({ id: 'local-user', name: 'local-user', provider: 'aad', roles: ['operator'] });
});

test('identity headers from outside are dropped', async () => {
  const forged = Buffer.from(JSON.stringify({ auth_typ: 'aad', claims: [{ typ: 'roles', val: 'admin' }] })).toString(
    'base64',
  );
  const who = await whoAmI({
    'x-ms-client-principal': forged,
    'X-MS-CLIENT-PRINCIPAL-ID': 'mallory',
    'x-ms-client-principal-name': 'mallory',
    'x-ms-client-principal-idp': 'evil',
    'x-ms-token-aad-id-token': 'forged',
  });
  expect(who).toMatchObject({
    id: 'local-user',
    name: 'local-user',
    provider: 'aad',
    roles: ['operator'],
    token: null,
  });
});

test('signing in sets a session cookie and goes back to where one came from', async () => {
  const { response, cookie } = await signIn('user=alice&roles=operator&post_login_redirect_uri=/tasks%3Fq=1%23top');
  expect(response.status).toBe(302);
  expect(response.headers.get('location')).toBe('/tasks?q=1#top');
  expect(response.headers.getSetCookie()[0]).toMatch(
    /^AppServiceAuthSession=\S+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Lax$/,
  );
  const who = await whoAmI({ cookie: `other=1; ${cookie}` });
  expect(who).toMatchObject({ id: 'alice', roles: ['operator'] });
  expect(who.user.type).toBe('AppService');
  expect(who.user.claimsPrincipalData).toMatchObject({ auth_typ: 'aad', role_typ: 'roles' });
});

test('who names no role is a user', async () => {
  const { cookie } = await signIn('user=alice');
  expect((await whoAmI({ cookie })).roles).toEqual(['user']);
});

test('/.auth/me names the user as App Service does', async () => {
  const { cookie } = await signIn('user=bob&roles=operator,auditor');
  const response = await app.fetch('/.auth/me', { headers: { cookie } });
  expect(response.headers.get('cache-control')).toBe('no-store');
  const [me] = (await response.json()) as [
    { provider_name: string; user_id: string; user_claims: { typ: string; val: string }[] },
  ];
  expect(me).toMatchObject({ provider_name: 'aad', user_id: 'bob' });
  expect(rolesIn(me.user_claims)).toEqual(['operator', 'auditor']);
});

test('the token of /.auth/me stands for the user, as one of Entra ID does in Azure', async () => {
  const { cookie } = await signIn('user=bob&roles=auditor');
  const meOf = async (headers: Record<string, string>) =>
    ((await (await app.fetch('/.auth/me', { headers })).json()) as [{ id_token: string; expires_on?: string }])[0];
  const { id_token: token, expires_on: ends = '' } = await meOf({ cookie });
  expect(Date.parse(ends)).toBeGreaterThan(Date.now());
  expect(await whoAmI({ authorization: `Bearer ${token}` })).toMatchObject({ id: 'bob', roles: ['auditor'] });
  const ofNobody = await meOf({});
  expect(ofNobody.expires_on).toBeUndefined();
  expect(await whoAmI({ authorization: `bearer ${ofNobody.id_token}`, cookie })).toMatchObject({ id: 'local-user' });
});

test.each([
  ['forged', (token: string) => `${token.slice(0, -4)}AAAA`],
  [
    'signed by nobody',
    () => `${['{"alg":"none"}', '{"sub":"bob"}'].map((part) => Buffer.from(part).toString('base64url')).join('.')}.`,
  ],
  ['that is a session', (_token: string, cookie: string) => cookie.split('=')[1]!],
  ['from elsewhere', () => 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl'],
])('a token %s is refused, and does not make anybody the local user', async (_what, spoil) => {
  const { cookie } = await signIn('user=bob');
  const [me] = (await (await app.fetch('/.auth/me', { headers: { cookie } })).json()) as [{ id_token: string }];
  for (const path of ['/whoami', '/.auth/me']) {
    const answer = await app.fetch(path, { headers: { authorization: `Bearer ${spoil(me.id_token, cookie)}` } });
    expect(answer.status).toBe(401);
  }
});

test('other kinds of authorization are for the functions', async () => {
  expect((await whoAmI({ authorization: 'Basic Ym9iOmI=' })).id).toBe('local-user');
});

test('signing out ends the session', async () => {
  const response = await app.fetch('/.auth/logout?post_logout_redirect_uri=/bye');
  expect([response.status, response.headers.get('location')]).toEqual([302, '/bye']);
  expect(response.headers.getSetCookie()[0]).toMatch(/^AppServiceAuthSession=; Path=\/; Max-Age=0/);
});

test.each([
  'AppServiceAuthSession=',
  'AppServiceAuthSession=e30.AAAA',
  'AppServiceAuthSession=%%%',
  'AppServiceAuthSession=a.b.c; x',
])('a forged cookie (%s) counts as none', async (cookie) => {
  expect((await whoAmI({ cookie })).id).toBe('local-user');
});

test('a changed cookie counts as none', async () => {
  const { cookie } = await signIn('user=alice');
  const [name, value = ''] = cookie.split(/=(.*)/s);
  const [payload = '', signature = ''] = value.split('.');
  const changed = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { roles: string[] };
  changed.roles = ['operator'];
  const forged = `${name}=${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
  expect((await whoAmI({ cookie: forged })).id).toBe('local-user');
});

test('a session outlives a restart of the host', async () => {
  const { cookie } = await signIn('user=carol');
  await app.stop();
  app = await hostApp({ files: {}, folder: app.folder });
  expect((await whoAmI({ cookie })).id).toBe('carol');
});

test.each([
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example',
  'javascript:alert(1)',
  '/\t/evil.example',
  'tasks',
])('nobody is sent to another site (%j)', async (target) => {
  const { response } = await signIn(`user=alice&post_login_redirect_uri=${encodeURIComponent(target)}`);
  expect(response.headers.get('location')).toBe('/');
});

test('without a name there is a form, which carries the way back and nothing that could be a script', async () => {
  const response = await app.fetch(
    `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent('/x"><script>alert(1)</script>')}`,
  );
  const html = await response.text();
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  expect(html).toMatch(/<label for="user">/);
  expect(html).not.toMatch(/<script/);
});

test.each(['', ' ', 'a b', '<b>', 'x'.repeat(65), 'a\r\nb', 'é'])('%j is no user name', async (user) => {
  const response = await app.fetch(`/.auth/login/aad?user=${encodeURIComponent(user)}`);
  expect(response.status).toBe(400);
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(await response.text()).toMatch(/role="alert"/);
});

test('unknown paths below /.auth are not found', async () => {
  expect((await app.fetch('/.auth/other')).status).toBe(404);
  expect((await app.fetch('/.auth/me', { method: 'DELETE' })).status).toBe(404);
});
