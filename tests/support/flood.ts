/** A flood of events for one person's browser: many short tasks, and a look at what reaches the page. */
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { Api } from './api.ts';

/** Queued, started, completed. */
export const eventsPerTask = 3;
const batchesPerSecond = 5;

/** Submits short tasks so that about so many events happen a second, whatever the answers take. Resolves with the tasks' IDs. */
export async function submitFlood(api: Api, eventsPerSecond: number, seconds: number): Promise<string[]> {
  const perBatch = Math.ceil(eventsPerSecond / eventsPerTask / batchesPerSecond);
  const answers: Promise<string[]>[] = [];
  const began = Date.now();
  for (let batch = 0; batch < seconds * batchesPerSecond; batch += 1) {
    await delay(Math.max(0, began + (batch * 1000) / batchesPerSecond - Date.now()));
    answers.push(submitBatch(api, perBatch, batch));
  }
  return (await Promise.all(answers)).flat();
}

async function submitBatch(api: Api, count: number, batch: number): Promise<string[]> {
  const tasks = Array.from({ length: count }, (_, n) => ({ type: 'echo', payload: { message: `${batch}-${n}` } }));
  const { status, body } = await api.post<{ results: { task: { id: string } }[] }>('/api/tasks/batch', { tasks });
  if (status !== 202) throw new Error(`A batch was answered with ${status}.`);
  return body.results.map(({ task }) => task.id);
}

const clientPath = '/flood-client.js';

/** Without the tasks, which the app's own client keeps: the page is to have no work that is not the app's. */
const feed = `
  import { fetchRequest, TaskApi } from './client/index.ts';
  import { signalRHub } from './client/hub.ts';
  import { LiveFeed } from './client/live-feed.ts';
  const api = new TaskApi(fetchRequest(location.origin));
  export const connect = () => new LiveFeed({
    openHub: signalRHub(() => api.negotiate()),
    listEvents: (after) => api.listEvents(after),
    snapshot: async () => (await api.listEvents('latest')).cursor,
  });
`;

/** Runs the client's feed once more inside the page, beside the app's client, and keeps the cursor of each event it gives. */
export async function countEventsIn(page: Page): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: feed, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'floodClient',
    platform: 'browser',
    logLevel: 'silent',
  });
  // From the page's own origin: its Content Security Policy takes no script from elsewhere, and none without a file.
  await page.route(`**${clientPath}`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: outputFiles[0]!.text }),
  );
  await page.addScriptTag({ url: clientPath });
  await page.evaluate(async () => {
    const scope = globalThis as unknown as FloodScope;
    const client = scope.floodClient.connect();
    scope.floodCursors = [];
    client.events$.subscribe((events) => scope.floodCursors.push(...events.map(({ cursor }) => cursor)));
    client.start();
    await new Promise<void>((resolve) => client.state$.subscribe(({ kind }) => kind === 'live' && resolve()));
  });
}

/** The cursors that the client inside the page has given so far, in their order. */
export function cursorsIn(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => (globalThis as unknown as FloodScope).floodCursors);
}

interface FloodScope {
  floodCursors: string[];
  readonly floodClient: {
    connect(): {
      readonly events$: { subscribe(next: (events: readonly { cursor: string }[]) => void): unknown };
      readonly state$: { subscribe(next: (state: { kind: string }) => void): unknown };
      start(): void;
    };
  };
}
