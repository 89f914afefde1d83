import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';

const files = {
  'functions.cjs': `const { app } = require('@azure/functions');
for (const authLevel of ['anonymous', 'function', 'admin']) app.http('level-' + authLevel, { authLevel, handler: () => ({ body: 'in' }) });
app.http('other', { authLevel: 'function', handler: () => ({ body: 'in' }) });`,
};
afterAll(stopApps);

test('keys are not asked for on the developer’s machine', async () => {
  const app = await hostApp({ files });
  for (const path of ['/level-anonymous', '/level-function', '/level-admin'])
    expect((await app.fetch(path)).status).toBe(200);
});

describe('with --enable-auth', () => {
  let app: HostedApp;
  let keys: { master: string; host: { default: string }; functions: Record<string, { default: string }> };
  beforeAll(async () => {
    app = await hostApp({ files, args: ['--enable-auth'] });
    keys = JSON.parse(await readFile(join(app.folder, 'data', 'keys.json'), 'utf8')) as typeof keys;
  });
  const statusOf = async (path: string, key?: string) =>
    (await app.fetch(path, key === undefined ? {} : { headers: { 'x-functions-key': key } })).status;

  test('an anonymous function is open', async () => expect(await statusOf('/level-anonymous')).toBe(200));

  test.each([
    ['no key', () => undefined, 401, 401],
    ['a wrong key', () => 'wrong', 401, 401],
    ['the function’s key', () => keys.functions['level-function']?.default, 200, 401],
    ['another function’s key', () => keys.functions['other']?.default, 401, 401],
    ['the host key', () => keys.host.default, 200, 401],
    ['the master key', () => keys.master, 200, 200],
  ])('%s', async (_, key, forFunction, forAdmin) => {
    expect([await statusOf('/level-function', key()), await statusOf('/level-admin', key())]).toEqual([
      forFunction,
      forAdmin,
    ]);
  });

  test('the header wins over the query', async () => {
    expect(await statusOf(`/level-function?code=${keys.host.default}`)).toBe(200);
    expect(await statusOf(`/level-function?code=${keys.host.default}`, 'wrong')).toBe(401);
    expect(await statusOf('/level-function?code=wrong', keys.host.default)).toBe(200);
  });

  test('keys stay the same over a restart, and are not printed', async () => {
    await app.stop();
    expect(app.output()).not.toContain(keys.master);
    app = await hostApp({ files, folder: app.folder, args: ['--enable-auth'] });
    expect(await statusOf('/level-admin', keys.master)).toBe(200);
  });
});
