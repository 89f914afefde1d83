import { unavailable } from '../errors.ts';
import { missingRole } from './missing-role.ts';

const error = (message: string, more: object = {}) => Object.assign(new Error(message), more);

it.each([
  ['redis', error('WRONGPASS invalid username-password pair or user is disabled.'), 'access policy "default"'],
  ['redis', unavailable('Redis', error("NOPERM this user has no permissions to run the 'get' command")), '"default"'],
  ['service-bus', error('Send claim(s) are required', { code: 'UnauthorizedAccess' }), 'Azure Service Bus Data Owner'],
  ['signalr', error('SignalR answered 403 to GET /api/health'), 'SignalR Service Owner'],
  ['blob-storage', error('This request is not authorized', { statusCode: 403 }), 'Storage Blob Data Owner'],
  ['app-configuration', error('it answered 403', { statusCode: 403 }), 'App Configuration Data Reader'],
] as const)('names what the identity lacks: %s', (dependency, cause, role) => {
  expect(missingRole(dependency, cause)).toContain(role);
});

it('tells a token that could not be had from a role that is missing', () => {
  const noToken = error('ManagedIdentityCredential: no identity found', { name: 'CredentialUnavailableError' });
  const refused = error('400: invalid client', { name: 'AuthenticationError', statusCode: 401 });
  for (const cause of [noToken, unavailable('Service Bus', noToken), refused]) {
    expect(missingRole('Service Bus', cause)).toMatch(/service-bus cannot be asked: the app's identity gets no token/);
  }
});

it('says nothing about a service that is merely away', () => {
  expect(missingRole('redis', error('connect ECONNREFUSED 127.0.0.1:6379', { code: 'ECONNREFUSED' }))).toBeUndefined();
  expect(missingRole('signalr', error('SignalR answered 503 to GET /api/health'))).toBeUndefined();
  expect(missingRole('blob-storage', 'text')).toBeUndefined();
});
