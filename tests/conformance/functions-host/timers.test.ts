import { readFile, writeFile } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';

afterEach(stopApps);

const source = (functions: string) => ({
  'functions.cjs': `const { app } = require('@azure/functions');
const log = (timer, context) => console.log('TIMER ' + context.functionName + ' ' + JSON.stringify(timer));
${functions}`,
});
interface Timer {
  isPastDue: boolean;
  schedule: object;
  scheduleStatus: { last: string; next: string; lastUpdated: string } | null;
}
async function timerSeen(app: HostedApp, name: string): Promise<Timer> {
  const [, json] = await app.printed(new RegExp(`TIMER ${name} (.*)`));
  return JSON.parse(json ?? '') as Timer;
}
const statusFile = (app: HostedApp, name: string) => join(app.folder, 'data', 'timers', `${name}.json`);

test('a timer runs on its schedule, which may come from a setting', async () => {
  const app = await hostApp({
    files: source(`app.timer('EverySecond', { schedule: '%Schedule%', handler: log });`),
    values: { Schedule: '* * * * * *' },
  });
  expect(await timerSeen(app, 'EverySecond')).toEqual({
    isPastDue: false,
    schedule: { adjustForDST: true },
    scheduleStatus: null,
  });
  await app.printed(/(TIMER EverySecond[^]*){2}/);
});

test('a timer does not run beside itself, and a failure does not stop it', async () => {
  const app = await hostApp({
    files: source(`let running = 0;
app.timer('Slow', { schedule: '*/1 * * * * *', handler: async () => {
  console.log('RUNNING ' + ++running);
  await new Promise((done) => setTimeout(done, 1500));
  running -= 1;
  throw new Error('a bad run');
} });`),
  });
  await app.printed(/(Slow [0-9a-f]{8}: Executed \(failed[^]*){2}/);
  expect(app.output()).not.toMatch(/RUNNING 2/);
});

test('a timer may run at start, and keeps its status', async () => {
  const app = await hostApp({
    files: source(`app.timer('AtStart', { schedule: '0 0 0 1 1 *', runOnStartup: true, handler: log });`),
  });
  const { scheduleStatus } = await timerSeen(app, 'AtStart');
  expect(scheduleStatus).toMatchObject({
    last: '0001-01-01T00:00:00+00:00',
    next: expect.stringMatching(/^\d{4}-01-01T00:00:00\.000\+00:00$/) as string,
  });
  await app.stop();
  expect(JSON.parse(await readFile(statusFile(app, 'AtStart'), 'utf8'))).toMatchObject({
    last: expect.stringMatching(/Z$/) as string,
  });
});

test('a run that was missed while nothing ran is made up for at start, once', async () => {
  // Half an hour away, so that a full hour does not come while the hosts start.
  const updated = new Date(Date.now() - 3 * 60 * 60 * 1000);
  const next = new Date(updated.getTime() + 30 * 60 * 1000);
  next.setUTCSeconds(0, 0);
  const files = source(`app.timer('Hourly', { schedule: '0 ${next.getUTCMinutes()} * * * *', handler: log });`);
  const first = await hostApp({ files });
  await first.stop();
  await mkdir(join(first.folder, 'data', 'timers'), { recursive: true });
  await writeFile(
    statusFile(first, 'Hourly'),
    JSON.stringify({ next: next.toISOString(), updated: updated.toISOString() }),
  );

  const second = await hostApp({ files, folder: first.folder });
  expect(await timerSeen(second, 'Hourly')).toMatchObject({ isPastDue: true });
  await second.printed(/Hourly [0-9a-f]{8}: Executed/);
  await second.stop();
  const third = await hostApp({ files, folder: first.folder });
  await third.stop();
  expect(third.output()).not.toMatch(/TIMER/);
});

test('an expression that is none puts the function in error', async () => {
  const app = await hostApp({
    files: source(
      `app.timer('Bad', { schedule: 'every day', handler: log }); app.http('Works', { handler: () => ({ body: 'fine' }) });`,
    ),
  });
  await app.printed(/Bad: The listener was unable to start: The schedule expression 'every day' was not recognized/);
  expect((await app.fetch('/works')).status).toBe(200);
});

test('a timer with a retry policy tries again', async () => {
  const app = await hostApp({
    files:
      source(`app.timer('Retried', { schedule: '0 0 0 1 1 *', runOnStartup: true, retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { milliseconds: 10 } },
  handler: (timer, context) => { console.log('RETRY ' + (context.retryContext?.retryCount ?? 0)); throw new Error('bad'); } });`),
  });
  await app.printed(/RETRY 0[^]*RETRY 1[^]*RETRY 2/);
});
