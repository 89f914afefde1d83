import type { BatchResult } from '../../contracts/submit.ts';
import type { Problem } from '../../contracts/problem.ts';
import type { Task } from '../../contracts/task.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(120_000);

const stack = useStack({
  settings: {
    BacklogLimit: '100',
    OwnerBacklogLimit: '60',
    OwnerRatePerSecond: '40',
    TypeLimits: '{"echo":{"concurrency":2}}',
  },
});
let api: Api;
beforeAll(() => void (api = new Api(stack().baseUrl)));
// Whatever a test leaves would count against the limits of the next.
afterEach(() => cancelAll(api));

const slow = { type: 'echo', payload: { message: 1, delayMs: 400 } };
const batchOf = (count: number) => ({ tasks: Array.from({ length: count }, () => slow) });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function cancelAll(as: Api): Promise<void> {
  for (const { id } of await as.list('?limit=500&state=queued,retrying,running')) {
    await as.post(`/api/tasks/${id}/cancel`, {});
  }
}

it('takes so many tasks a second from an owner, tells how many more, and refuses the rest with the time to wait', async () => {
  const ada = await api.as('ada');
  const first = await ada.post<Task>('/api/tasks', slow);
  expect(first.status).toBe(202);
  expect(first.headers.get('ratelimit-policy')).toBe('"owner";q=40;w=1');
  expect(first.headers.get('ratelimit')).toBe('"owner";r=39;t=1');
  const { body, headers } = await ada.post<{ results: BatchResult[] }>('/api/tasks/batch', batchOf(50));
  expect(body.results.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  expect([headers.get('ratelimit'), headers.get('retry-after')]).toEqual(['"owner";r=0;t=1', '1']);
  const refused = await untilRefused(ada);
  expect(refused.body).toMatchObject({ code: 'too-many-requests', status: 429 });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(refused.headers.get('ratelimit')).toBe('"owner";r=0;t=1');
  const bob = await api.as('bob');
  expect((await bob.post('/api/tasks', slow)).status).toBe(202);
});

async function untilRefused(as: Api) {
  for (;;) {
    const [, answer] = await Promise.all([
      as.post('/api/tasks/batch', batchOf(45)),
      pause(20).then(() => as.post<Problem>('/api/tasks', slow)),
    ]);
    if (answer.status === 429 && answer.headers.has('ratelimit')) return answer;
    await cancelAll(as);
    await pause(1_000);
  }
}

it('runs so many tasks of a type at once, over all owners', async () => {
  const [cem, dora] = [await api.as('cem'), await api.as('dora')];
  const ids: [Api, string][] = [];
  for (const owner of [cem, dora, cem, dora, cem, dora]) ids.push([owner, (await owner.submit('echo', { message: 1, delayMs: 300 })).id]); // prettier-ignore
  const tasks = await Promise.all(ids.map(([owner, id]) => owner.ended(id)));
  const atOnce = tasks.map(
    ({ startedAt }) => tasks.filter((other) => other.startedAt! <= startedAt! && other.finishedAt! > startedAt!).length,
  );
  expect(Math.max(...atOnce)).toBe(2);
  expect(tasks.every(({ state }) => state === 'completed')).toBe(true);
});

it('tells clients to slow down from 80 % of the backlog on, and refuses at 100 % before storing anything', async () => {
  const owners = await Promise.all(['a', 'b', 'c', 'd'].map((name) => api.as(name)));
  const answers: { status: number; code?: string; retryAfter: number; limits: string[] }[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (const owner of owners) {
      for (let n = 0; n < 8; n += 1) {
        const { status, headers, body } = await owner.post<Problem>('/api/tasks', { ...slow, payload: { message: 1, delayMs: 60_000 } }); // prettier-ignore
        const limits = ['ratelimit-policy', 'ratelimit'].map((name) => headers.get(name) ?? '');
        answers.push({ status, code: body.code, retryAfter: Number(headers.get('retry-after')), limits });
      }
    }
    await pause(1_100);
  }
  const accepted = answers.filter(({ status }) => status === 202);
  expect(accepted.length).toBeGreaterThanOrEqual(98);
  expect(accepted.length).toBeLessThanOrEqual(104);
  expect(accepted.slice(0, 70).every(({ retryAfter }) => retryAfter === 1)).toBe(true);
  expect(accepted.at(-1)!.retryAfter).toBeGreaterThan(5);
  const last = accepted.at(-1)!;
  expect(last.limits[0]).toBe('"owner";q=40;w=1, "backlog";q=100');
  expect(last.limits[1]).toMatch(new RegExp(`^"owner";r=\\d+;t=1, "backlog";r=\\d;t=${last.retryAfter}$`));
  const refusal = {
    status: 503,
    code: 'backlog-full',
    retryAfter: 30,
    limits: ['"backlog";q=100', '"backlog";r=0;t=30'],
  };
  expect(answers.at(-1)).toEqual(refusal);
  const stored = await Promise.all(owners.map((owner) => owner.list('?limit=500')));
  expect(stored.flat()).toHaveLength(accepted.length);
});

it('refuses more than an owner may have waiting', async () => {
  const eve = await api.as('eve');
  let refused: BatchResult | undefined;
  let limits = new Headers();
  while (refused === undefined) {
    const { body, headers } = await eve.post<{ results: BatchResult[] }>('/api/tasks/batch', batchOf(40));
    refused = body.results.find(({ error }) => error?.detail.includes('your tasks are waiting'));
    limits = headers;
    await pause(1_000);
  }
  expect(refused.error).toMatchObject({ code: 'too-many-requests' });
  expect(limits.get('ratelimit')).toContain('"owner-backlog";r=0;t=30');
  expect(limits.get('retry-after')).toBe('30');
});
