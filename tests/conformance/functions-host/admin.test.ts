import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostApp, stopApps } from './hosted-app.ts';

const files = {
  'functions.cjs': `const { app } = require('@azure/functions');
app.timer('Nightly', { schedule: '0 0 0 1 1 *', handler: (timer) => console.log('NIGHTLY ' + timer.isPastDue) });
app.serviceBusQueue('Message', { queueName: 'q', connection: 'Bus', handler: (message, context) => console.log('MESSAGE ' + JSON.stringify(message)) });
app.serviceBusQueue('Messages', { queueName: 'q', connection: 'Bus', cardinality: 'many', handler: (messages) => console.log('MESSAGES ' + JSON.stringify(messages)) });
app.timer('Fails', { schedule: '0 0 0 1 1 *', handler: () => { throw new Error('by hand as well'); } });
app.http('Page', { route: '{*path}', handler: () => ({ body: 'page' }) });`,
};
const values = {
  Bus: 'Endpoint=sb://localhost:1;SharedAccessKeyName=n;SharedAccessKey=a2V5;UseDevelopmentEmulator=true',
};

afterAll(stopApps);

const byHand = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

test('a function that is not HTTP is run by hand', async () => {
  const app = await hostApp({ files, values });
  const run = async (name: string, body: unknown) => (await app.fetch(`/admin/functions/${name}`, byHand(body))).status;
  expect(await run('nightly', {})).toBe(202);
  await app.printed(/NIGHTLY false/);
  expect(await run('Message', { input: '{"id": 7}' })).toBe(202);
  await app.printed(/MESSAGE \{"id":7\}/);
  expect(await run('Messages', { input: 'text' })).toBe(202);
  await app.printed(/MESSAGES \["text"\]/);
  expect(await run('Fails', { input: '' })).toBe(202);
  await app.printed(/by hand as well/);
  expect(await run('Page', { input: '' })).toBe(202);
  await app.printed(/An HTTP function cannot be run by hand/);
  expect([await run('Missing', {}), await run('Nightly', 'no json'), await run('Nightly', { input: {} })]).toEqual([
    404, 400, 400,
  ]);
  expect((await app.fetch('/admin/functions/Nightly', { method: 'POST', body: '{}' })).status).toBe(415);
});

test('the host says how it is', async () => {
  const app = await hostApp({ files, values });
  const response = await app.fetch('/admin/host/status');
  expect(await response.json()).toMatchObject({ state: 'Running', version: expect.stringMatching(/^4\./) as string });
  // What the host has no use for goes on to the app's own routes.
  expect(await (await app.fetch('/admin/host/status', { method: 'POST' })).text()).toBe('page');
  expect(await (await app.fetch('/admin/other')).text()).toBe('page');
});

test('with --enable-auth both want the master key', async () => {
  const app = await hostApp({ files, values, args: ['--enable-auth'] });
  const keys = JSON.parse(await readFile(join(app.folder, 'data', 'keys.json'), 'utf8')) as {
    master: string;
    host: { default: string };
  };
  const statuses = async (key: string) => {
    const headers = { 'x-functions-key': key };
    const answers = [
      app.fetch('/admin/functions/Nightly', byHand({}, headers)),
      app.fetch('/admin/host/status', { headers }),
    ];
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  expect(await statuses(keys.host.default)).toEqual([401, 401]);
  expect(await statuses('')).toEqual([401, 401]);
  expect(app.output()).not.toContain('NIGHTLY');
  expect(await statuses(keys.master)).toEqual([202, 200]);
  await app.printed(/NIGHTLY/);
});
