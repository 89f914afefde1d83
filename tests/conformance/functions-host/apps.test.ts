import { hostApp, spawnHost, stopApps } from './hosted-app.ts';

afterEach(stopApps);

const hello = (name: string, body = name) => `app.http('${name}', { handler: () => ({ body: '${body}' }) });`;
const commonJs = `const { app } = require('@azure/functions');`;

test('an app of several CommonJS files, named by a pattern', async () => {
  const app = await hostApp({
    files: {
      'package.json': JSON.stringify({ main: 'dist/{index.js,functions/*.js}' }),
      'dist/index.js': `${commonJs} app.setup({});`,
      'dist/functions/one.js': `${commonJs} ${hello('One')}`,
      'dist/functions/two.js': `${commonJs} ${hello('Two')}`,
      'dist/functions/two.js.map': 'not loaded',
    },
  });
  expect(await (await app.fetch('/one')).text()).toBe('One');
  expect(await (await app.fetch('/two')).text()).toBe('Two');
});

test('an app of ES modules, with top-level await', async () => {
  const app = await hostApp({
    files: {
      'package.json': JSON.stringify({ type: 'module', main: './index.js' }),
      'index.js': `import { app } from '@azure/functions'; const body = await Promise.resolve('esm'); app.http('Esm', { handler: () => ({ body }) });`,
    },
  });
  expect(await (await app.fetch('/esm')).text()).toBe('esm');
});

test('settings become the environment, a non-empty variable wins, and the app runs in its folder', async () => {
  const app = await hostApp({
    files: {
      'functions.cjs': `${commonJs} app.http('Env', { handler: () => ({ jsonBody: [process.env.FromFile, process.env.FromBoth, process.env.Empty, process.env.AZURE_FUNCTIONS_ENVIRONMENT, process.cwd()] }) });`,
    },
    values: { FromFile: 'file', FromBoth: 'file', Empty: 'file' },
    environment: { FromBoth: 'variable', Empty: '' },
  });
  expect(await (await app.fetch('/env')).json()).toEqual(['file', 'variable', 'file', 'Development', app.folder]);
});

test('the route prefix is api unless host.json says otherwise', async () => {
  const app = await hostApp({
    files: { 'functions.cjs': `${commonJs} ${hello('Prefixed')}` },
    hostJson: { extensions: {} },
  });
  expect((await app.fetch('/api/prefixed')).status).toBe(200);
  expect((await app.fetch('/prefixed')).status).toBe(404);
});

const mark = '\uFEFF';

test('files with a byte-order mark, and host.json with comments and trailing commas, are read as Azure reads them', async () => {
  const app = await hostApp({
    files: {
      'package.json': `${mark}${JSON.stringify({ main: 'functions.cjs' })}`,
      'functions.cjs': `${commonJs} app.http('Env', { handler: () => ({ body: process.env.Set }) });`,
      'host.json': `${mark}{\n  // the version of this file\n  "version": "2.0",\n  "extensions": { "http": { "routePrefix": "v1" /* not api */ }, },\n}`,
      'local.settings.json': `${mark}{ "Values": { "Set": "yes" }, "Host": { "LocalHttpPort": 0 } }`,
    },
  });
  expect(await (await app.fetch('/v1/env')).text()).toBe('yes');
});

test.each([
  ['{ "extensions": {} }', 'it is missing the required "version": add "version": "2.0"'],
  ['{ "version": "3.0" }', 'its "version" is "3.0": write "version": "2.0"'],
  ['{\n  "version": "2.0"\n  "extensions": {}\n}', 'not valid JSON at line 3, column 3'],
])('host.json %j is refused, as in Azure', async (text, sentence) => {
  const app = await spawnHost({ files: { 'functions.cjs': commonJs, 'host.json': text } });
  expect(await app.exited).toBe(2);
  expect(app.output()).toContain(sentence);
  expect(app.output().trim().split('\n')).toHaveLength(1);
});

test('connection strings of the settings file become settings, which bindings find by their names', async () => {
  const app = await hostApp({
    files: {
      'functions.cjs': `${commonJs} app.http('Env', { handler: () => ({ jsonBody: process.env['ConnectionStrings:Sql'] }) });
app.serviceBusQueue('Bus', { queueName: 'q', connection: 'Bus', handler: () => {} });`,
      'local.settings.json': JSON.stringify({
        ConnectionStrings: {
          Sql: { ConnectionString: 'Server=x', ProviderName: 'System.Data.SqlClient' },
          Bus: 'Endpoint=sb://localhost:1;SharedAccessKeyName=n;SharedAccessKey=a2V5;UseDevelopmentEmulator=true',
        },
        Host: { LocalHttpPort: 0 },
      }),
    },
  });
  expect(await (await app.fetch('/env')).json()).toBe('Server=x');
  expect(await app.printed(/The queue "q" is out of reach/)).toBeTruthy();
});

test('functions can be switched off by a setting; those with a binding that the host does not have are in error', async () => {
  const app = await hostApp({
    files: {
      'functions.cjs': `${commonJs} ${hello('Off')} ${hello('On')}
app.storageBlob('Blob', { path: 'x', connection: 'y', handler: () => {} });
app.serviceBusQueue('Sdk', { queueName: 'x', connection: 'y', sdkBinding: true, handler: () => {} });`,
    },
    values: { 'AzureWebJobs.Off.Disabled': 'true' },
  });
  expect((await app.fetch('/off')).status).toBe(404);
  expect((await app.fetch('/on')).status).toBe(200);
  expect(app.output()).toMatch(/error Blob: The function is in error: It uses a binding of type "blobTrigger"/);
  expect(app.output()).toMatch(/error Sdk: The function is in error: It uses sdkBinding/);
});

test('hooks run around start, invocations and logs, and may change arguments and results', async () => {
  const app = await hostApp({
    files: {
      'functions.cjs': `${commonJs}
app.hook.appStart((context) => { console.log('APP START'); context.hookData.started = true; });
app.hook.preInvocation((context) => { context.hookData.begun = 1; context.invocationContext.log('before'); const handler = context.functionHandler; context.functionHandler = async (...args) => 'changed ' + (await handler(...args)).body; });
app.hook.postInvocation((context) => {
  if (context.error) { context.error = null; context.result = { body: 'rescued' }; return; }
  context.result = { body: context.result + ' ' + context.hookData.begun };
});
app.hook.log((context) => { context.message = '[hooked] ' + context.message; });
app.http('Hooked', { handler: (request, context) => { context.warn('inside'); if (request.query.get('fail')) throw new Error('x'); return { body: 'body' }; } });`,
    },
  });
  expect(await (await app.fetch('/hooked')).text()).toBe('changed body 1');
  expect(await (await app.fetch('/hooked?fail=1')).text()).toBe('rescued');
  expect(app.output()).toMatch(/APP START/);
  expect(app.output()).toMatch(/warn {2}Hooked [0-9a-f]{8}: \[hooked\] inside/);
  expect(app.output()).not.toMatch(/Unexpected call to 'log'/);
});

test('a logged line names time, level, function and invocation; host.json sets the least level', async () => {
  const app = await hostApp({
    files: {
      'functions.cjs': `${commonJs} app.http('Logs', { handler: (request, context) => { context.debug('hidden'); context.log('shown %d', 5); context.error('bad'); console.log('plain'); context.log('after'); return {}; } });
app.http('Quiet', { handler: (request, context) => { context.log('unheard'); context.warn('heard'); return {}; } });`,
    },
    hostJson: { logging: { logLevel: { default: 'Information', 'Function.Quiet': 'Warning' } } },
  });
  await app.fetch('/logs');
  await app.fetch('/quiet');
  await app.printed(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}Logs [0-9a-f]{8}: shown 5$/m);
  await app.printed(/ error Logs [0-9a-f]{8}: bad$/m);
  await app.printed(/: bad\nplain\n.*: after$/m);
  await app.printed(/ warn {2}Quiet [0-9a-f]{8}: heard$/m);
  expect(app.output()).not.toMatch(/hidden|unheard|Quiet [0-9a-f]{8}: Executed/);
});

test('the trace goes on: the invocation is a child of the caller', async () => {
  const app = await hostApp({
    files: {
      'functions.cjs': `${commonJs} app.http('Trace', { handler: (request, context) => ({ jsonBody: context.traceContext }) });`,
    },
  });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const trace = (await (await app.fetch('/trace', { headers: { traceparent, tracestate: 'a=b' } })).json()) as {
    traceParent: string;
  };
  expect(trace).toMatchObject({
    traceParent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-/) as string,
    traceState: 'a=b',
  });
});

describe('HTTP streaming', () => {
  const streaming = `${commonJs}
const { Readable } = require('node:stream');
app.setup({ enableHttpStream: true });
app.http('Echo', { methods: ['POST'], route: 'echo/{id:int}', handler: (request) => ({ status: 201, headers: { 'x-id': request.params.id, 'x-query': request.query.get('q'), 'x-user': request.headers.get('x-ms-client-principal-id') }, cookies: [{ name: 'c', value: 'v' }], body: request.body }) });
app.http('Slow', { handler: () => ({ body: Readable.from((async function* () { yield 'first '; await new Promise((done) => setTimeout(done, 300)); yield 'second'; })()) }) });
app.http('Fails', { handler: () => { throw new Error('streaming failure'); } });`;

  test('bodies flow both ways, and parts arrive as they are made', async () => {
    const app = await hostApp({ files: { 'functions.cjs': streaming } });
    const body = 'x'.repeat(3_000_000);
    const response = await app.fetch('/echo/7?q=a%20b', { method: 'POST', body });
    expect(response.status).toBe(201);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-id': '7',
      'x-query': 'a b',
      'x-user': 'local-user',
      'set-cookie': 'c=v',
    });
    expect((await response.text()) === body).toBe(true);

    const slow = await app.fetch('/slow');
    const parts: string[] = [];
    for await (const part of slow.body ?? []) parts.push(Buffer.from(part as Uint8Array).toString());
    expect(parts).toEqual(['first ', 'second']);
  });

  test('a function that returns nothing never answers, as in Azure, and the log says so', async () => {
    const app = await hostApp({
      files: { 'functions.cjs': `${streaming} app.http('Silent', { handler: () => undefined });` },
    });
    const giveUp = new AbortController();
    const answer = app.fetch('/silent', { signal: giveUp.signal }).catch((error: Error) => error.name);
    await app.printed(/warn {2}Silent [0-9a-f]{8}: The function returned nothing/);
    giveUp.abort();
    expect(await answer).toBe('AbortError');
  });

  test('a failure is 500', async () => {
    const app = await hostApp({ files: { 'functions.cjs': streaming } });
    expect((await app.fetch('/fails')).status).toBe(500);
    expect((await app.fetch('/nowhere')).status).toBe(404);
  });
});

describe('an app that cannot start ends the process with one clear sentence', () => {
  const ends = async (files: Record<string, string>, expected: RegExp) => {
    const app = await spawnHost({ files });
    expect(await app.exited).toBe(2);
    expect(app.output()).toMatch(expected);
  };
  test('no main', () => ends({ 'package.json': '{}' }, /names no "main"/));
  test('main without a file', () =>
    ends({ 'package.json': '{"main":"dist/*.js"}' }, /"main" of .* is "dist\/\*\.js", and no file is there/));
  test('a file that throws', () =>
    ends(
      { 'index.cjs': `throw new Error('broken at load');` },
      /unable to load entry point ".*index\.cjs": Error: broken at load/,
    ));
  test('two functions of one name', () =>
    ends({ 'index.cjs': `${commonJs} ${hello('Same')} ${hello('Same')}` }, /"Same" has already been registered/));
  test('a broken host.json', () => ends({ 'index.cjs': '', 'host.json': '{' }, /host\.json is not valid/));
  test('a broken time-out', () =>
    ends(
      { 'index.cjs': '', 'host.json': '{"version":"2.0","functionTimeout":"ten"}' },
      /"functionTimeout" must be a time like "00:05:00"/,
    ));
  test('broken settings', () =>
    ends({ 'index.cjs': '', 'local.settings.json': '{' }, /local\.settings\.json is not valid JSON/));

  test('a port in use', async () => {
    const first = await hostApp({ files: { 'index.cjs': '' } });
    const second = await spawnHost({ files: { 'index.cjs': '' }, args: ['--port', new URL(first.url).port] });
    expect(await second.exited).toBe(2);
    expect(second.output()).toMatch(
      /Port \d+ is in use: stop the program that listens there, or set another "LocalHttpPort"/,
    );
  });
});
