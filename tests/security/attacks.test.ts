/** What Bob does to Alice's tasks when he names them in bodies and filters, and what anybody tries on files and with JSON. */
import { readdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Task } from '../../contracts/task.ts';
import { Api } from '../support/api.ts';
import { expectSafeHeaders } from '../support/safe-headers.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(120_000);

const marker = 'alice-only-77';
const stack = useStack({ settings: { PayloadStore: 'redis+blob', PayloadLimitBytes: '2000' } });
let alice: Api;
let bob: Api;
beforeAll(async () => {
  const anyone = new Api(stack().baseUrl);
  [alice, bob] = [await anyone.as('alice', 'user'), await anyone.as('bob', 'user')];
});

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

async function deadLetterOf(api: Api): Promise<Task> {
  const { id } = await api.submit('echo', { message: marker, failures: 1 }, { maxAttempts: 1, tags: [marker] });
  return api.ended(id);
}

/** A payload that is too large for Redis, so that it lies in Blob Storage alone. */
async function largeTaskOf(api: Api): Promise<Task> {
  const json = JSON.stringify({ message: marker.repeat(200) });
  const { body } = await api.post<{ id: string; url: string; headers: Record<string, string> }>('/api/uploads', {
    bytes: json.length,
  });
  expect((await fetch(body.url, { method: 'PUT', headers: body.headers, body: json })).status).toBe(201);
  const submitted = await api.post<Task>('/api/tasks', { type: 'echo', payloadRef: { uploadId: body.id } });
  return submitted.body;
}

describe('Bob, who knows the IDs of Alice', () => {
  it('acts on nothing of hers by naming it in a body', async () => {
    const dead = await deadLetterOf(alice);
    const later = await alice.submit('echo', { message: marker }, { scheduledFor: inAnHour() });
    const ids = [dead.id, later.id];
    const attempts: [path: string, body: object][] = [
      ['/api/tasks/cancel', { ids }],
      ['/api/tasks/cancel', { filter: { tag: marker } }],
      ['/api/dead-letters/replay', { ids }],
      ['/api/dead-letters/replay', { ids, patch: [{ op: 'replace', path: '/failures', value: 0 }] }],
      ['/api/dead-letters/replay', { ids, dryRun: true }],
      ['/api/dead-letters/replay', { filter: { type: 'echo' } }],
      ['/api/dead-letters/discard', { ids, reason: 'mine' }],
      ['/api/dead-letters/discard', { filter: {}, reason: 'mine' }],
      [`/api/tasks/${later.id}/reschedule`, { scheduledFor: inAnHour() }],
    ];
    for (const [path, body] of attempts) {
      const answer = await bob.post<object>(path, body);
      expect([200, 202, 404]).toContain(answer.status);
      expect(JSON.stringify(answer.body)).not.toMatch(/"(cancelled|discarded|replayed|replayable)":[1-9]|alice/);
    }
    expect([await alice.task(dead.id), await alice.task(later.id)]).toEqual([dead, later]);
  });

  it.each([
    `/api/tasks?tag=${marker}`,
    `/api/tasks?q=${marker}`,
    '/api/tasks?owner=alice',
    `/api/task-counts?tag=${marker}`,
    `/api/dead-letters?q=${marker}`,
    '/api/events?after=0&limit=1000',
    '/api/schedules?owner=alice',
  ])('finds nothing of hers with %s', async (path) => {
    await deadLetterOf(alice);
    const { body } = await bob.call<object>(path);
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`alice|${marker}|"dead-lettered":[1-9]`));
  });

  it('finds nothing of hers in history', async () => {
    const { id } = await deadLetterOf(alice);
    const isIn = async (api: Api, query = '') => JSON.stringify(await api.call('/api/history' + query)).includes(id);
    while (!(await isIn(alice))) await new Promise((resolve) => setTimeout(resolve, 100));
    for (const query of ['', `?tag=${marker}`, `?q=${id}`, '?owner=alice', '?owner=bob&owner=alice', '?owner[]=alice'])
      expect([query, await isIn(bob, query)]).toEqual([query, false]);
  });

  it('asks history for no month that cannot be in it, whatever time he makes up for an ID', async () => {
    for (const time of ['ffffffff-ffff', '7fffffff-ffff', '00000000-0000']) {
      for (const rest of ['', '/result', '/payload', '/timeline', '/logs']) {
        const { status } = await bob.call(`/api/tasks/${time}-7fff-bfff-ffffffffffff${rest}`);
        expect([time, rest, status]).toEqual([time, rest, 404]);
      }
    }
  });

  it('gets no link to her blob; hers is for reading that one, for five minutes, as a file', async () => {
    const { id } = await largeTaskOf(alice);
    const path = `/api/tasks/${id}/payload`;
    const redirect = 'manual' as const;
    expect((await bob.call(path, { redirect })).status).toBe(404);
    const { status, headers } = await alice.call(path, { redirect });
    expect(status).toBe(302);
    const link = new URL(headers.get('location')!);
    expect([link.searchParams.get('sr'), link.searchParams.get('sp')]).toEqual(['b', 'r']);
    expect(Date.parse(link.searchParams.get('se')!)).toBeLessThanOrEqual(Date.now() + 5 * 60_000);
    const file = await fetch(link);
    expect(await file.text()).toContain(marker);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment/);
    const put = { method: 'PUT', headers: { 'x-ms-blob-type': 'BlockBlob' }, body: 'x' };
    expect((await fetch(link, put)).status).toBe(403);
    link.pathname = link.pathname.replace(/[^/]*$/, '');
    link.searchParams.set('restype', 'container');
    link.searchParams.set('comp', 'list');
    expect((await fetch(link)).status).toBe(403);
  });
});

describe('files', () => {
  const web = 'dist/web';
  const get = (path: string, init?: RequestInit) => fetch(`${stack().baseUrl}${path}`, init);
  const files = readdirSync(web, { recursive: true, encoding: 'utf8' });

  it('all come with the headers that keep browsers safe, also where nothing has changed', async () => {
    expect(files.length).toBeGreaterThan(10);
    for (const file of files.filter((name) => statSync(join(web, name)).isFile())) {
      const { headers } = await get(`/${file}`);
      expectSafeHeaders(headers);
      const etag = headers.get('etag');
      if (etag === null) continue;
      const unchanged = await get(`/${file}`, { headers: { 'if-none-match': etag } });
      expect(unchanged.status).toBe(304);
      expectSafeHeaders(unchanged.headers);
    }
  });

  it.each(['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('and so do answers to %s', async (method) => {
    for (const path of ['/', '/favicon.ico', '/nowhere.js', '/api/none', '/api/health', '/api/tasks']) {
      expectSafeHeaders((await get(path, { method })).headers);
    }
  });

  /** As it is written: `fetch` would put it in order first. */
  const statusOf = (path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(stack().baseUrl, { path }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });

  it.each([
    '/../host.json',
    '/../../package.json',
    '/%2e%2e/host.json',
    '/..%2fhost.json',
    '/..%5chost.json',
    '/..\\host.json',
    '/i18n/../../functions.cjs',
    '//host.json',
    '/host.json',
    '/functions.cjs',
    '/local.settings.json',
    '/web/index.js',
    '/.env',
    '/index.html%00.js',
    'http://elsewhere.example/host.json',
  ])('none but those of the web app is to be had: %s', async (path) => {
    expect([400, 404]).toContain(await statusOf(path));
  });
});

describe('JSON that aims at prototypes', () => {
  const hostile = '{"__proto__":{"owner":"alice"},"constructor":{"prototype":{"owner":"alice"}}}';

  it('is data in a payload, and comes back as it was', async () => {
    const { body } = await bob.post<Task>('/api/tasks', `{"type":"echo","payload":{"message":${hostile}}}`);
    const { state, owner, result } = await bob.ended(body.id);
    expect([state, owner, JSON.stringify(result)]).toEqual(['completed', 'bob', `{"message":${hostile}}`]);
    const next = await bob.submit('echo', { message: 'after it' });
    expect(next.owner).toBe('bob');
  });

  it.each([
    `{"type":"echo","payload":{"message":1},"__proto__":{"owner":"alice"}}`,
    `{"__proto__":{"type":"echo","payload":{"message":1}}}`,
    `{"type":"__proto__","payload":{}}`,
    `{"type":"constructor","payload":{}}`,
    `{"type":"echo","payload":{"message":1},"retry":{"__proto__":{"firstDelayMs":1}}}`,
    `[]`,
    `null`,
    `"x"`,
  ])('is refused elsewhere: %s', async (text) => {
    expect(await bob.post('/api/tasks', text)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});
