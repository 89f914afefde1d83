import { readPrincipal } from './principal.ts';

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
