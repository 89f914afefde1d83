/** What a stranger, another owner, another site and a reader of the logs get to see, over all routes that there are. */
import { Api } from '../support/api.ts';
import { expectSafeHeaders } from '../support/safe-headers.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(120_000);

/** Stands in whatever belongs to Alice, and nowhere else. */
const marker = 'alice-only-9f3c';
const secretWord = 'hunter2-in-a-payload';
const stack = useStack({ settings: { PayloadStore: 'redis+blob', RetryFirstDelayMs: '10' } });

interface Operation {
  readonly operationId: string;
  readonly security?: readonly object[];
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Route {
  readonly method: string;
  readonly path: string;
}

let operator: Api;
let alice: Api;
let bob: Api;
let routes: Route[];
/** IDs of Alice's, by the first word of the path. */
let hers: Record<string, string>;
const tokens: string[] = [];

beforeAll(async () => {
  operator = new Api(stack().baseUrl);
  [alice, bob] = [await operator.as('alice', 'user'), await operator.as('bob', 'user')];
  const { paths } = (await operator.call<Document>('/api/openapi.json')).body;
  routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path })),
  );
  hers = await whatAliceHas();
});

async function whatAliceHas(): Promise<Record<string, string>> {
  const more = { tags: [marker], maxAttempts: 1 };
  const task = await alice.submit('echo', { message: marker, failures: 1 }, more);
  await alice.ended(task.id);
  const done = await alice.submit('echo', { message: { password: secretWord } }, { tags: [marker] });
  await alice.ended(done.id);
  // Else there would be nothing that another owner could see of her history.
  while (!JSON.stringify((await alice.call('/api/history')).body).includes(marker))
    await new Promise((resolve) => setTimeout(resolve, 100));
  const schedule = await alice.post<{ id: string }>('/api/schedules', {
    name: marker,
    cron: '0 0 1 1 *',
    type: 'echo',
    payload: { message: marker },
  });
  expect(schedule.status).toBe(201);
  const plan = await alice.post<{ id: string }>('/api/dead-letters/replay', { ids: [task.id] });
  expect(plan.status).toBe(202);
  const upload = await alice.post<{ url: string }>('/api/uploads', { bytes: 1_000 });
  const signature = new URL(upload.body.url).searchParams.get('sig')!;
  const negotiated = await alice.post<{ accessToken: string }>('/api/negotiate', '');
  tokens.push(signature, negotiated.body.accessToken);
  return { tasks: done.id, schedules: schedule.body.id, replays: plan.body.id };
}

/** Every route, with Alice's ID where one belongs. */
const aimedAtAlice = () =>
  routes.map(({ method, path }) => ({
    method,
    // Rooms belong to nobody: what is said there is for all who are signed in.
    path: path
      .replace('{action}', 'pause')
      .replace('{room}', 'general')
      .replace('{id}', hers[path.split('/')[2]!] ?? 'none'),
  }));

const send = (api: Api, { method, path }: Route, headers: Record<string, string> = {}) =>
  api.call<unknown>(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method !== 'GET' && { body: '{}' }),
  });

describe('another owner', () => {
  it('finds nothing of hers behind any route', async () => {
    expect(Object.keys(hers)).toEqual(expect.arrayContaining(['tasks', 'schedules', 'replays']));
    for (const route of aimedAtAlice()) {
      const { status, body } = await send(bob, route);
      const seen = `${route.method} ${route.path} ${status} ${JSON.stringify(body)}`;
      expect(seen).not.toContain(marker);
      expect(seen).not.toContain(secretWord);
      // 400: the body is looked at first.
      if (Object.values(hers).some((id) => route.path.includes(id))) expect(seen).toMatch(/ (400|403|404) /);
    }
  });
});

describe('every answer', () => {
  it('carries the headers that keep browsers safe', async () => {
    const answers = [await operator.call('/'), await operator.call('/nowhere.js'), await operator.call('/api/none')];
    for (const route of aimedAtAlice()) answers.push(await send(bob, route));
    for (const { headers } of answers) expectSafeHeaders(headers);
    expect(answers[0]!.headers.get('content-security-policy')).toContain("script-src 'self'");
  });
});

describe('a page of another site', () => {
  it.each(['cross-site', 'same-site'])('can change nothing through any route: %s', async (site) => {
    for (const route of routes.filter(({ method }) => method !== 'GET')) {
      const headers = { 'sec-fetch-site': site, origin: 'https://evil.example' };
      expect(await send(alice, route, headers)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });

  it('is not allowed to read answers', async () => {
    const { headers } = await alice.call('/api/tasks', { headers: { origin: 'https://evil.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a URL to upload to', () => {
  it('is for one blob, for writing, for a short time', async () => {
    const { body } = await alice.post<{ url: string }>('/api/uploads', { bytes: 1_000 });
    const url = new URL(body.url);
    expect(url.searchParams.get('sr')).toBe('b');
    expect(url.searchParams.get('sp')).toMatch(/^[cw]+$/);
    expect(Date.parse(url.searchParams.get('se')!)).toBeLessThanOrEqual(Date.now() + 60 * 60 * 1000);
    expect((await fetch(url)).status).toBe(403);
    const elsewhere = new URL(url);
    elsewhere.pathname += '-other';
    const put = { method: 'PUT', headers: { 'x-ms-blob-type': 'BlockBlob' }, body: 'x' };
    expect((await fetch(elsewhere, put)).status).toBe(403);
  });
});

it('writes no secret, no token and nothing of a payload to its log', async () => {
  await send(alice, { method: 'POST', path: '/api/tasks' });
  await stack().kill('redis');
  await alice.call('/api/tasks');
  await stack().untilRestarted('redis');
  const { values } = stack();
  const keys = [/AccessKey=([^;]+)/, /AccountKey=([^;]+)/, /SharedAccessKey=([^;]+)/].flatMap((pattern) =>
    Object.values(values).flatMap((value) => pattern.exec(value)?.[1] ?? []),
  );
  const secrets = [...keys, values['CallbackSecret']!, ...tokens, secretWord];
  expect(secrets.length).toBeGreaterThan(5);
  const logs = stack().logs();
  expect(logs).toContain('Executed');
  for (const secret of secrets) expect(logs.includes(secret)).toBe(false);
});
