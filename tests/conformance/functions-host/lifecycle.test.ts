import { once } from 'node:events';
import { hostApp, stopApps } from './hosted-app.ts';

afterEach(stopApps);

const source = (handlers: string) => `
const { app } = require('@azure/functions');
app.hook.appTerminate(async () => { await null; console.log('TERMINATED'); });
app.http('Quick', { handler: () => ({ body: 'quick' }) });
app.http('Slow', { handler: async () => { console.log('BEGUN'); await new Promise((done) => setTimeout(done, 500)); return { body: 'slow' }; } });
app.http('Hangs', { handler: () => { console.log('HANGING'); return new Promise(() => {}); } });
${handlers}`;
const sample = (handlers = '') => ({ files: { 'functions.cjs': source(handlers) } });

test('on SIGTERM requests under way are answered, then the app is told and the process ends', async () => {
  const app = await hostApp(sample());
  const answer = app.fetch('/slow');
  await app.printed(/BEGUN/);
  const begun = Date.now();
  const exited = app.stop();
  expect(await (await answer).text()).toBe('slow');
  expect(await exited).toBe(0);
  // The client's kept-alive connection does not hold it up.
  expect(Date.now() - begun).toBeLessThan(5_000);
  expect(app.output()).toMatch(/Executed \(succeeded[^]*TERMINATED/);
});

test('work that does not end is given its time only', async () => {
  const app = await hostApp({ ...sample(), args: ['--drain-seconds', '1'] });
  const answer = app.fetch('/hangs').catch(() => 'closed');
  await app.printed(/HANGING/);
  const begun = Date.now();
  expect(await app.stop()).toBe(0);
  expect(Date.now() - begun).toBeLessThan(4_000);
  expect(await answer).toBe('closed');
  expect(app.output()).toMatch(/TERMINATED/);
});

test('the process ends when its launcher goes away', async () => {
  const app = await hostApp(sample());
  app.child.disconnect();
  expect(await app.exited).toBe(0);
  expect(app.output()).toMatch(/TERMINATED/);
});

test('the launcher is answered while the app lives', async () => {
  const app = await hostApp(sample());
  app.child.send({ type: 'ping' });
  expect(await once(app.child, 'message')).toEqual([{ type: 'pong' }, undefined]);
});

test('a function that exceeds functionTimeout gets 500, and the process ends with a code of its own', async () => {
  const app = await hostApp({ ...sample(), hostJson: { functionTimeout: '00:00:01' } });
  const other = app.fetch('/hangs');
  expect((await app.fetch('/hangs')).status).toBe(500);
  expect((await other).status).toBe(500);
  expect(await app.exited).toBe(124);
  expect(app.output()).toMatch(/error Hangs [0-9a-f]{8}: Timeout value of 00:00:01 was exceeded by function: Hangs/);
});

test.each([
  [
    'an uncaught exception',
    `app.http('Breaks', { handler: () => { setImmediate(() => { throw new Error('nobody catches this'); }); return new Promise(() => {}); } });`,
  ],
  [
    'an unhandled rejection',
    `app.http('Breaks', { handler: () => { void Promise.reject(new Error('nobody catches this')); return new Promise(() => {}); } });`,
  ],
])('%s ends the process, as it ends the worker in Azure', async (_, handler) => {
  const app = await hostApp(sample(handler));
  expect((await app.fetch('/breaks')).status).toBe(500);
  expect(await app.exited).toBe(1);
  expect(app.output()).toMatch(/Worker uncaught exception: Error: nobody catches this/);
});
