/** In Azure the platform lets strangers through to the app, which has to refuse them by itself: does every function? */
import { HttpRequest, InvocationContext, type HttpHandler, type HttpResponseInit } from '@azure/functions';
import type * as library from '@azure/functions';
import sample from '../../local.settings.sample.json' with { type: 'json' };
import { closeRedis } from '../../functions/azure/redis.ts';
import { tuneSettings } from '../../functions/settings.ts';

interface Registered {
  readonly route: string;
  readonly methods: readonly string[];
  readonly handler: HttpHandler;
  readonly extraInputs?: readonly unknown[];
}
const mockRegistered = new Map<string, Registered>();

// Only keeps what is registered: the functions themselves, and their requests, are real.
jest.mock('@azure/functions', () => {
  const actual: typeof library = jest.requireActual('@azure/functions');
  const ignored = () => undefined;
  const app = {
    http: (name: string, options: Registered) => mockRegistered.set(name, options),
    timer: ignored,
    serviceBusQueue: ignored,
    serviceBusTopic: ignored,
    setup: ignored,
    hook: { appStart: ignored, appTerminate: ignored },
  };
  return { ...actual, app };
});

/** Nothing listens there: who gets past the refusal fails otherwise. */
const settings = { ...sample.Values, RedisConnection: 'redis://127.0.0.1:1' };
const open = ['GetHealth', 'GetOpenApi', 'Web'];
let guarded: (readonly [string, Registered])[];

beforeAll(async () => {
  Object.assign(process.env, settings);
  await import('../../functions/index.ts');
  guarded = [...mockRegistered].filter(([name]) => !open.includes(name));
});
afterAll(() => closeRedis());

async function statusOf([name, { route, methods, handler }]: readonly [string, Registered], more: object = {}) {
  const method = methods[0]!;
  const request = new HttpRequest({
    method,
    url: `http://localhost/${route}`,
    headers: { 'content-type': 'application/json', ...more },
    params: { id: '01a1fdbd-4162-73ab-8df0-e55d940e743d', action: 'pause', room: 'general' },
    ...(method !== 'GET' && { body: { string: '{}' } }),
  });
  const { status } = (await handler(request, new InvocationContext({ functionName: name }))) as HttpResponseInit;
  return [name, status];
}

const refused = () => guarded.map(([name]) => [name, 401]);

it('every function but those that are open to all refuses who is not signed in', async () => {
  expect(guarded.length).toBeGreaterThan(25);
  expect(await Promise.all(guarded.map((one) => statusOf(one)))).toEqual(refused());
});

it('nothing is read for a function before it has looked at who asks: what fails there is a 500', () => {
  expect(guarded.filter(([, { extraInputs = [] }]) => extraInputs.length > 0)).toEqual([]);
});

it('every one refuses whoever says who they are, where nothing stands before the app that would strip it', async () => {
  const claims = [{ typ: 'roles', val: 'operator' }];
  const principal = Buffer.from(JSON.stringify({ claims, role_typ: 'roles' })).toString('base64');
  const forged = { 'x-ms-client-principal-id': 'alice', 'x-ms-client-principal': principal };
  process.env['SignIn'] = 'none';
  // Has the settings read anew.
  tuneSettings({});
  expect(await Promise.all(guarded.map((one) => statusOf(one, forged)))).toEqual(refused());
});

it('the functions that are open to all are these', () => {
  expect([...mockRegistered.keys()]).toEqual(expect.arrayContaining(open));
});
