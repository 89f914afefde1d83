import { setTimeout as delay } from 'node:timers/promises';
import type { Task } from '../../contracts/task.ts';
import type { LiveEvents } from './live.ts';
import type { SmokeApi } from './smoke-api.ts';

/** Goes through the deployment, step by step; each gives a sentence about what it saw. @throws at the first that is wrong */
export async function* smokeSteps(api: SmokeApi, watch: () => Promise<LiveEvents>): AsyncGenerator<string> {
  yield await checkHealth(api);
  yield await checkPage(api);
  const live = await watch();
  try {
    const task = yield* completes(api, live);
    yield* failsAndIsReplayed(api, live);
    yield await isKept(api, task);
  } finally {
    await live.stop();
  }
}

/** App Service sends who is not signed in to the sign-in page: that is an answer, too. */
async function checkPage(api: SmokeApi): Promise<string> {
  const page = await api.page();
  const type = page.headers.get('content-type') ?? '';
  if (page.status === 200) {
    demand(type.startsWith('text/html'), `The web app answered with ${type}: is it in the package?`);
    return 'The web app answers';
  }
  const asksToSignIn = page.status === 401 || (page.status >= 301 && page.status <= 307);
  demand(asksToSignIn, `The web app answered with status ${page.status}.`);
  return `The web app asks to sign in (status ${page.status})`;
}

async function checkHealth(api: SmokeApi): Promise<string> {
  const { version, dependencies } = await api.health();
  const down = dependencies.filter(({ state }) => state === 'down');
  demand(down.length === 0, down.map(({ detail }) => detail).join(' '));
  return `Version ${version} is healthy: ${dependencies.map(({ name, latencyMs }) => `${name} ${latencyMs} ms`).join(', ')}`;
}

async function* completes(api: SmokeApi, live: LiveEvents): AsyncGenerator<string, Task> {
  const message = `smoke ${new Date().toISOString()}`;
  const { id } = await api.submit({ message });
  yield `Submitted task ${id}`;
  const task = await api.ended(id);
  demandState(task, 'completed');
  demand((task.result as { message?: unknown }).message === message, `Task ${id} has another result than its message.`);
  yield 'It completed with its message as the result';
  await live.seen(id, 'completed');
  yield 'Its events were pushed live';
  return task;
}

async function* failsAndIsReplayed(api: SmokeApi, live: LiveEvents): AsyncGenerator<string> {
  const { id } = await api.submit({ message: 'fails once', failures: 1 }, { maxAttempts: 1 });
  demandState(await api.ended(id), 'dead-lettered');
  yield `Task ${id} failed and is a dead letter`;
  await api.replay(id);
  await live.seen(id, 'replayed');
  demandState(await api.ended(id), 'completed');
  yield 'Replayed, it completed';
}

const historySeconds = 60;

/** Health does not count Table Storage, as tasks go on without it: a topic, a role or a setting that is missing shows here. */
async function isKept(api: SmokeApi, task: Task): Promise<string> {
  for (let second = 0; second < historySeconds; second += 1) {
    const isThere = await api.isInHistory(task);
    if (isThere === undefined) return 'No history is kept here';
    if (isThere) return 'History has the first task';
    await delay(1_000);
  }
  throw new Error(`Task ${task.id} is not in history after ${historySeconds} s: the log of RecordHistory says why.`);
}

function demandState({ id, state, error }: Task, wanted: Task['state']): void {
  const why = error === undefined ? '' : `: ${error.code}, ${error.message}`;
  demand(state === wanted, `Task ${id} should be ${wanted}, and is ${state}${why}.`);
}

function demand(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}
