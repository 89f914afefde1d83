import { readMe, readPrincipal } from './principal.ts';

const encode = (principal: object) => Buffer.from(JSON.stringify(principal)).toString('base64');
const read = (headers: Record<string, string>) => readPrincipal(new Headers(headers), 'app-service');

it('reads user and role from the headers of App Service Authentication', () => {
  const principal = encode({ auth_typ: 'aad', claims: [{ typ: 'roles', val: 'operator' }], role_typ: 'roles' });
  expect(read({ 'x-ms-client-principal-id': 'ada', 'x-ms-client-principal': principal })).toEqual({
    id: 'ada',
    isOperator: true,
  });
});

it('takes nobody for an operator who has no such role', () => {
  expect(read({ 'x-ms-client-principal-id': 'ada' })).toEqual({ id: 'ada', isOperator: false });
  const principal = encode({ claims: [{ typ: 'name', val: 'operator' }, { typ: 'roles', val: 'user' }] }); // prettier-ignore
  expect(read({ 'x-ms-client-principal-id': 'ada', 'x-ms-client-principal': principal }).isOperator).toBe(false);
});

it('refuses who is not signed in, and what it cannot read', () => {
  expect(() => read({})).toThrow(/Sign in/);
  expect(() => read({ 'x-ms-client-principal-id': 'ada', 'x-ms-client-principal': 'x' })).toThrow(/Sign in again/);
});

it('believes no header where nothing stands before the app that would strip it', () => {
  const headers = new Headers({ 'x-ms-client-principal-id': 'ada' });
  expect(() => readPrincipal(headers, 'none')).toThrow(/Nobody can sign in here/);
});

it('tells who is signed in, and until when', () => {
  const claims = [
    { typ: 'name', val: 'Ada Lovelace' },
    { typ: 'roles', val: 'operator' },
    { typ: 'exp', val: '1893456000' },
  ];
  const headers = { 'x-ms-client-principal-id': 'ada', 'x-ms-client-principal': encode({ claims, role_typ: 'roles' }) };
  const all = { id: 'ada', name: 'Ada Lovelace', roles: ['operator'], isOperator: true };
  expect(readMe(new Headers(headers), 'app-service')).toEqual({ ...all, expiresAt: '2030-01-01T00:00:00.000Z' });
  const guid = '11111111-2222-3333-4444-555555555555';
  const tokensOf = (iss: string, aud: string) => {
    const signedIn = encode({ claims: [{ typ: 'iss', val: iss }, { typ: 'aud', val: aud }] }); // prettier-ignore
    return readMe(new Headers({ ...headers, 'x-ms-client-principal': signedIn }), 'app-service').tokensFrom;
  };
  const entra = { tenant: guid, resource: `api://${guid}` };
  expect(tokensOf(`https://login.microsoftonline.com/${guid}/v2.0`, guid)).toEqual(entra);
  expect(tokensOf(`https://sts.windows.net/${guid}/`, `api://${guid}`)).toEqual(entra);
  for (const odd of ['', '$(reboot)', `${guid}; reboot`, `https://x/${guid}'/`]) {
    expect([tokensOf(odd, guid), tokensOf(`https://x.example/${guid}/`, odd)]).toEqual([undefined, undefined]);
  }
  const little = new Headers({ 'x-ms-client-principal-id': 'ada', 'x-ms-client-principal-name': 'ada@example.com' });
  const me = { id: 'ada', name: 'ada@example.com', roles: [], isOperator: false };
  expect(readMe(little, 'app-service')).toEqual(me);
  expect(() => readMe(new Headers(), 'app-service')).toThrow(/Sign in/);
});
