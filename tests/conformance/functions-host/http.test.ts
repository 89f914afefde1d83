import { request } from 'node:http';
import { connect } from 'node:net';
import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';

const functions = `
const { app } = require('@azure/functions');
const echo = async (request, context) => ({
  jsonBody: {
    function: context.functionName,
    method: request.method,
    url: request.url,
    params: request.params,
    query: Object.fromEntries(request.query),
    header: request.headers.get('x-test'),
    body: await request.text(),
  },
});
const get = (name, route) => app.http(name, { methods: ['GET'], route, handler: echo });
get('GetItem', 'items/{id:int}');
get('GetItemByName', 'items/{name:alpha:minlength(3)}');
get('GetOptional', 'optional/{first}/{second?}');
get('GetDefault', 'default/{size=10}');
get('GetFile', 'files/{name}.{extension}');
get('GetGuid', 'guid/{id:guid}');
get('GetMatching', 'matching/{code:regex(^\\\\d{{3}}$)}');
app.http('PostItem', { methods: ['POST', 'PUT'], route: 'Items', handler: echo });
app.http('AnyMethod', { methods: [], route: 'any', handler: echo });
app.http('DefaultRoute', { handler: echo });
app.http('AdminThing', { route: 'admin/thing', handler: echo });
app.http('RuntimeThing', { route: 'runtimes', handler: echo });
app.http('ZLiteral', { methods: ['GET'], route: 'order/literal', handler: echo });
app.http('AParameter', { methods: ['GET'], route: 'order/{id}', handler: echo });
app.http('Bytes', { methods: ['POST'], route: 'bytes', handler: async (request) => {
  const body = Buffer.from(await request.arrayBuffer());
  return { body, headers: { 'content-type': 'application/octet-stream', 'x-length': String(body.length) } };
} });
app.http('Cookies', { route: 'cookies', handler: () => ({
  status: 201, headers: { 'x-one': '1' },
  cookies: [{ name: 'a', value: 'b c', httpOnly: true, sameSite: 'Strict', maxAge: 60 }, { name: 'd', value: 'e', path: '/x', secure: true, sameSite: 'None' }],
}) });
app.http('Nothing', { route: 'nothing', handler: () => undefined });
app.http('Throws', { route: 'throws', handler: () => { throw new Error('broken on purpose'); } });
app.http('ThrowsNull', { route: 'throws-null', handler: async () => { throw 'text only'; } });
app.http('NoContent', { route: 'no-content', handler: () => ({ status: 204, body: 'dropped' }) });
app.http('WrongAnswer', { route: 'wrong-answer', handler: () => 'text' });
app.http('WebCatchAll', { methods: ['GET'], route: 'web/{*path}', handler: echo });
`;

let app: HostedApp;
beforeAll(async () => {
  app = await hostApp({
    files: { 'functions.cjs': functions },
    host: { CORS: 'http://localhost:4200,https://other.example', CORSCredentials: true },
  });
});
afterAll(stopApps);

interface Echo {
  function: string;
  method: string;
  url: string;
  params: Record<string, string>;
  query: Record<string, string>;
  body: string;
  header: string;
}
async function echoOf(path: string, init?: RequestInit): Promise<Partial<Echo> & { status: number }> {
  const response = await app.fetch(path, init);
  const text = await response.text();
  return { status: response.status, ...(text === '' ? {} : (JSON.parse(text) as Echo)) };
}

/** What the host answers to bytes that no HTTP client would send. */
function raw(bytes: string): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1', () => socket.end(bytes));
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('close', () => done(answer)).on('error', fail);
  });
}

describe('routes', () => {
  test.each([
    ['/items/42', 'GetItem', { id: '42' }],
    ['/items/-7', 'GetItem', { id: '-7' }],
    ['/ITEMS/abc', 'GetItemByName', { name: 'abc' }],
    ['/optional/a', 'GetOptional', { first: 'a' }],
    ['/optional/a/b/', 'GetOptional', { first: 'a', second: 'b' }],
    ['/default', 'GetDefault', { size: '10' }],
    ['/default/3', 'GetDefault', { size: '3' }],
    ['/files/report.final.pdf', 'GetFile', { name: 'report.final', extension: 'pdf' }],
    ['/guid/123e4567-e89b-12d3-a456-426614174000', 'GetGuid', { id: '123e4567-e89b-12d3-a456-426614174000' }],
    ['/matching/123', 'GetMatching', { code: '123' }],
    ['/web/a/b%20c/d', 'WebCatchAll', { path: 'a/b c/d' }],
    // Kestrel leaves an encoded slash as it is, and with it what is no encoding.
    ['/web/a%2Fb/c%2fd%20e%zz', 'WebCatchAll', { path: 'a%2Fb/c%2fd e%zz' }],
    ['/optional/a%2Fb%20%C3%A9', 'GetOptional', { first: 'a%2Fb é' }],
    ['/web', 'WebCatchAll', {}],
    ['/defaultroute', 'DefaultRoute', {}],
  ])('%s runs %s', async (path, name, params) => {
    expect(await echoOf(path)).toMatchObject({ status: 200, function: name, params });
  });

  test.each([
    '/items/ab',
    '/items/99999999999',
    '/optional',
    '/optional/a/b/c',
    '/guid/1',
    '/matching/12',
    '/nowhere',
    '/admin/thing',
    '/runtimes',
  ])('%s is not found', async (path) => {
    expect((await app.fetch(path)).status).toBe(404);
  });

  test('a wrong method is 404, not 405', async () => {
    expect((await app.fetch('/items', { method: 'DELETE' })).status).toBe(404);
    expect((await app.fetch('/items/42', { method: 'POST' })).status).toBe(404);
    expect((await app.fetch('/items/42', { method: 'HEAD' })).status).toBe(404);
  });

  test('a function without methods answers all of them', async () => {
    for (const method of ['GET', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])
      expect(await echoOf('/any', { method })).toMatchObject({ method });
  });

  test('of two matching routes the function whose name comes first answers, as in Azure', async () => {
    expect(await echoOf('/order/literal')).toMatchObject({ function: 'AParameter', params: { id: 'literal' } });
  });

  test('reserved routes are reported at start', () => {
    expect(app.output()).toMatch(/AdminThing: The function is in error: .*conflicts with one or more built in routes/);
    expect(app.output()).toMatch(/RuntimeThing: The function is in error/);
  });
});

describe('requests', () => {
  test('query, headers and body reach the function as Azure passes them', async () => {
    const answer = await echoOf('/items?a=1&a=2&b=x%20y&c=', {
      method: 'PUT',
      headers: { 'x-test': 'väl' },
      body: 'tëxt',
    });
    expect(answer).toMatchObject({
      function: 'PostItem',
      query: { a: '1,2', b: 'x y', c: '' },
      header: 'väl',
      body: 'tëxt',
    });
    expect(answer.url).toBe(`${app.url}/items?a=1&a=2&b=x%20y&c=`);
  });

  test('bytes pass unchanged in both directions', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
    const response = await app.fetch('/bytes', { method: 'POST', body: bytes });
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('a chunked body arrives whole', async () => {
    const answer = await new Promise<string>((done, fail) => {
      const outgoing = request(
        `${app.url}/items`,
        { method: 'POST', headers: { 'transfer-encoding': 'chunked' } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => done(text));
        },
      );
      outgoing.on('error', fail);
      for (const part of ['one ', 'two ', 'three']) outgoing.write(part);
      outgoing.end();
    });
    expect((JSON.parse(answer) as Echo).body).toBe('one two three');
  });

  test('a body of 60 MB is accepted, one past 100 MB is refused with 413', async () => {
    const response = await app.fetch('/bytes', { method: 'POST', body: Buffer.alloc(60_000_000, 7) });
    expect(response.headers.get('x-length')).toBe('60000000');
    await response.body?.cancel();
    expect(await raw('POST /bytes HTTP/1.1\r\nHost: x\r\nContent-Length: 104857601\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 413 /,
    );
  });

  test('a connection serves several requests', async () => {
    const answers = await raw(
      'GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /items/2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a Host header that makes no URL', 'GET / HTTP/1.1\r\nHost: a b:99999\r\n\r\n', 400],
    ['a Host header with a user name', 'GET /any HTTP/1.1\r\nHost: user@host\r\n\r\n', 400],
    ['a NUL in the path', 'GET /any/%00 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    ['a malformed percent sequence', 'GET /web/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 200],
    ['an absolute target', 'GET http://x/items/5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 200],
    ['a chunk of no known length', 'POST /items HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  ])('%s is answered, and the host lives on', async (_, bytes, status) => {
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await app.fetch('/items/1')).status).toBe(200);
  });

  test('a client that leaves in the middle of its body disturbs nobody', async () => {
    await raw('POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly this');
    expect((await app.fetch('/items/1')).status).toBe(200);
  });
});

describe('answers', () => {
  test('status, headers and cookies are passed on', async () => {
    const response = await app.fetch('/cookies');
    expect(response.status).toBe(201);
    expect(response.headers.get('x-one')).toBe('1');
    expect(response.headers.getSetCookie()).toEqual([
      'a=b%20c; max-age=60; path=/; samesite=strict; httponly',
      'd=e; path=/x; secure; samesite=none',
    ]);
  });

  test('a function that returns nothing answers 204', async () => {
    expect((await app.fetch('/nothing')).status).toBe(204);
    expect((await app.fetch('/no-content')).status).toBe(204);
  });

  test.each(['/throws', '/throws-null', '/wrong-answer'])(
    '%s fails: 500 without a body, and the log says why',
    async (path) => {
      const response = await app.fetch(path);
      expect([response.status, await response.text()]).toEqual([500, '']);
      if (path === '/throws')
        await app.printed(/error Throws [0-9a-f]{8}: Executed \(failed, \d+ ms\): Error: broken on purpose/);
    },
  );

  test('the root says that the app runs when no function answers there', async () => {
    expect((await app.fetch('/')).status).toBe(200);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    app.fetch('/items', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-test' },
    });

  test('an allowed origin may call, with credentials', async () => {
    const response = await preflight('http://localhost:4200');
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'http://localhost:4200',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-test',
    });
    const call = await app.fetch('/items/1', { headers: { origin: 'https://other.example' } });
    expect(call.headers.get('access-control-allow-origin')).toBe('https://other.example');
  });

  test('another origin gets no permission', async () => {
    const response = await preflight('http://evil.example');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});
