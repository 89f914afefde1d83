/**
 * Events out of a list, pushed straight through SignalR's REST API, so that the page alone is measured and gets every one in its second. Their
 * tasks are real, wait for their time, and are all known to the page before it begins.
 */
import { setTimeout as delay } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import type { Page } from 'playwright-core';
import type { TaskEvent } from '../../contracts/task-event.ts';
import type { Api } from '../../tests/support/api.ts';
import { cursorsIn, eventsPerTask } from '../../tests/support/flood.ts';
import type { TestStack } from '../../tests/support/stack.ts';
import { usePage, watchPage } from './watch-page.ts';

const sendsPerSecond = 20;

export async function replayedFlood(
  page: Page,
  api: Api,
  stack: TestStack,
  user: string,
  [perSecond, seconds]: readonly [number, number],
): Promise<number> {
  const ids = await submitWaiting(api, Math.ceil((perSecond * seconds) / eventsPerTask));
  await showAll(page, ids[0]!);
  const events = eventsOf(ids, (await api.events('0')).at(-1)!.cursor);
  await watchPage(page);
  const began = Date.now();
  const flood = push(stack.signalRConnection, user, events, perSecond);
  const rounds = await usePage(page, flood);
  await flood;
  const took = (Date.now() - began) / 1000;
  const own = events.map(({ cursor }) => cursor);
  const seen = async () => (await cursorsIn(page)).filter((cursor) => cursor > own[0]! || cursor === own[0]);
  const deadline = Date.now() + 10_000;
  while ((await seen()).length < own.length && Date.now() < deadline) await page.waitForTimeout(50);
  const known = new Set(await seen());
  console.log(`${own.length} events of ${ids.length} listed tasks pushed in ${took.toFixed(0)} s`);
  const lost = own.filter((cursor) => !known.has(cursor)).length;
  console.log(`lost ${lost}; doubled ${(await seen()).length - known.size}`);
  return rounds;
}

async function submitWaiting(api: Api, count: number): Promise<string[]> {
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  const ids: string[] = [];
  while (ids.length < count) {
    const size = Math.min(500, count - ids.length);
    const tasks = Array.from({ length: size }, (_, n) => ({ type: 'echo', payload: { message: `Order ${ids.length + n}` }, scheduledFor })); // prettier-ignore
    const { body } = await api.post<{ results: { task: { id: string } }[] }>('/api/tasks/batch', { tasks });
    ids.push(...body.results.map(({ task }) => task.id));
  }
  return ids;
}

/** Scrolls until the oldest task is there: the page has fetched them all. */
async function showAll(page: Page, oldest: string): Promise<void> {
  const row = page.locator(`[data-task="${oldest}"]`);
  while ((await row.count()) === 0) {
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await page.waitForTimeout(100);
  }
  await page.evaluate('scrollTo(0, 0)');
  await page.waitForTimeout(500);
}

function eventsOf(ids: readonly string[], after: string): TaskEvent[] {
  const startMs = Number(after.split('-')[0]) + 1_000;
  const at = new Date(startMs).toISOString();
  const steps = [
    { kind: 'queued', state: 'queued', attempt: 0 },
    { kind: 'started', state: 'running', attempt: 1 },
    { kind: 'completed', state: 'completed', attempt: 1, result: { message: 'done' } },
  ] as const;
  let previous = after;
  return ids
    .flatMap((taskId) => steps.map((step) => ({ taskId, at, ...step })))
    .map((event, n) => {
      const cursor = `${startMs}-${n}`;
      const chained = { ...event, cursor, previous };
      previous = cursor;
      return chained;
    });
}

async function push(connection: string, user: string, events: readonly TaskEvent[], perSecond: number): Promise<void> {
  const [, endpoint, accessKey] = /Endpoint=([^;]+);AccessKey=([^;]+)/.exec(connection)!;
  const url = `${endpoint}/api/hubs/tasks/users/${user}/:send`;
  const headers = {
    authorization: `Bearer ${jwt.sign({}, accessKey!, { audience: url, expiresIn: 3_600 })}`,
    'content-type': 'application/json',
  };
  const size = Math.ceil(perSecond / sendsPerSecond);
  const began = Date.now();
  for (let n = 0; n * size < events.length; n += 1) {
    await delay(Math.max(0, began + (n * 1000) / sendsPerSecond - Date.now()));
    const body = JSON.stringify({ target: 'events', arguments: [events.slice(n * size, (n + 1) * size)] });
    const { ok, status } = await fetch(`${url}?api-version=2022-06-01`, { method: 'POST', headers, body });
    if (!ok) throw new Error(`SignalR answered ${status}.`);
  }
}
