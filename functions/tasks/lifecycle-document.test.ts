import type { Redis } from 'ioredis';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventKinds, taskStates, type TaskState } from '../../contracts/task-states.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { createTaskId } from './task-id.ts';
import { taskKey, timelineKey } from './task-keys.ts';
import { transitions } from './task-lifecycle.ts';
import type { NewTask } from './new-task.ts';
import { TaskStore } from './task-store.ts';

const document = readFileSync('docs/task-lifecycle.md', 'utf8');
const luaFolder = join('functions', 'tasks', 'lua');
const luaFiles = readdirSync(luaFolder).filter((file) => file.endsWith('.lua') && file !== 'batch.lua');

const drawn = [...document.matchAll(/^ {2}(\S+) --> (\w+)$/gm)].map(([, from, to]) =>
  arrow(from!.replace('_', '-'), to!.replace('_', '-')),
);
/** One row of the table for each state that it comes from. */
const rows = document
  .split('\n')
  .filter((line) => line.endsWith('|') && line.includes('.lua'))
  .flatMap((line) => {
    const [from, to, , script, event] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return from!.split(', ').map((one) => ({ from: one, to: to!, script: script!, event: event! }));
  });

function arrow(from: string, to: string): string {
  return `${from} → ${to}`;
}
const unique = (texts: readonly string[]) => [...new Set(texts)].sort();

describe('the drawing of the lifecycle', () => {
  it('has every state of the contract, and no other', () => {
    const states = unique(drawn.flatMap((one) => one.split(' → ')).filter((state) => state !== '[*]'));
    expect(states).toEqual([...taskStates].sort());
  });

  it('has the arrows of the rules, and no others', () => {
    const rules = taskStates.flatMap((from) => transitions[from].map((to) => arrow(from, to)));
    expect(unique(drawn.filter((one) => !one.startsWith('[*]')))).toEqual(unique(rules));
  });

  it('has the arrows of the table, each with an event of the contract', () => {
    expect(unique(drawn)).toEqual(unique(rows.map(({ from, to }) => arrow(from, to))));
    expect(rows.filter(({ event }) => !eventKinds.some((kind) => kind === event))).toEqual([]);
  });

  it('names for every state a script enters the row of the table', () => {
    const entered = luaFiles.flatMap((file) => {
      const lua = readFileSync(join(luaFolder, file), 'utf8');
      const written = [...lua.matchAll(/\b(?:enter|finish)\(task, '([^']+)'\)/g)].map(([, state]) => state!);
      return [...written, ...(/\bexpire\(task\)/.test(lua) ? ['expired'] : [])].map((to) => `${file}: ${to}`);
    });
    const told = rows.filter(({ from }) => from !== '[*]').map(({ script, to }) => `${script}: ${to}`);
    expect(unique(entered)).toEqual(unique(told));
  });
});

describe('the scripts, each run on a task in every state', () => {
  let redis: Redis;
  afterAll(() => redis.disconnect());
  const testRedis = useTestRedis();
  let now = Date.parse('2026-01-05T10:00:00Z');
  let store: TaskStore;
  beforeAll(() => {
    redis = testRedis.connect();
    // So wide a window that no task is parked: that would keep the broker's giving up from it.
    store = new TaskStore(redis, { now: () => now, limits: { window: 1_000_000 } });
  });

  const minute = 60_000;
  const error = { code: 'boom', message: 'It broke.' };
  const discarded = { reason: 'Not needed', by: 'ada', at: '2026-01-05T10:00:00Z' };
  type Variant = Pick<NewTask, 'delivery'> & { readonly expires: boolean; readonly later: boolean };

  async function accepted(state: 'scheduled' | 'queued', { delivery, expires }: Variant): Promise<string> {
    const id = createTaskId('ada', (now += 1));
    await store.accept({
      id, owner: 'ada', type: 'echo', delivery, details: { tags: [], priority: 'normal' }, payload: '1', payloadBytes: 1,
      maxAttempts: 7, lane: 'tasks',
      ...(state === 'scheduled' && { scheduledFor: now + minute }),
      ...(expires && { expiresAt: now + 2 * minute }),
    }); // prettier-ignore
    await store.confirmSent(id, 1, 0);
    return id;
  }

  async function running(variant: Variant): Promise<string> {
    const id = await accepted('queued', variant);
    await store.start(id, 1, 'token', minute);
    return id;
  }

  async function after(variant: Variant, step: (id: string) => Promise<unknown>): Promise<string> {
    const id = await running(variant);
    await step(id);
    return id;
  }

  /** Brings a new task into each state. */
  const into: Record<TaskState, (variant: Variant) => Promise<string>> = {
    scheduled: (variant) => accepted('scheduled', variant),
    queued: (variant) => accepted('queued', variant),
    running,
    retrying: (variant) => after(variant, (id) => store.fail(id, 'token', error, now + minute)),
    completed: (variant) => after(variant, (id) => store.complete(id, 'token', '1')),
    'dead-lettered': (variant) => after(variant, (id) => store.fail(id, 'token', error)),
    cancelled: (variant) => after(variant, (id) => store.cancel(id)),
    expired: async (variant) => {
      const id = await accepted('queued', { ...variant, expires: true });
      now += 3 * minute;
      await store.expire(id);
      return id;
    },
  };

  /** Every way to ask a script for something, whether the task's state allows it or not. */
  const asked: Record<string, ((id: string, attempt: number) => Promise<unknown>)[]> = {
    'start.lua': [
      (id, attempt) => store.start(id, attempt, 'token', minute),
      (id, attempt) => store.start(id, attempt, 'other', minute),
      (id, attempt) => store.start(id, attempt + 1, 'other', minute),
    ],
    'complete.lua': [(id) => store.complete(id, 'token', '1'), (id) => store.complete(id, 'other', '1')],
    'fail.lua': [
      (id) => store.fail(id, 'token', error),
      (id) => store.fail(id, 'token', error, now + minute),
      (id) => store.fail(id, 'other', error),
    ],
    'give-up.lua': [
      (id, attempt) => store.giveUp(id, attempt, error),
      (id, attempt) => store.giveUp(id, attempt + 1, error),
    ],
    'cancel.lua': [(id) => store.cancel(id), (id) => store.cancel(id, 'bob')],
    'reschedule.lua': [(id) => store.reschedule(id, undefined, now + 20 * minute)],
    'expire.lua': [(id) => store.expire(id)],
    'replay.lua': [(id) => store.replay(id), (id) => store.replay(id, 'bob')],
    'discard.lua': [(id) => store.discard(id, discarded), (id) => store.discard(id, discarded, 'bob')],
    'confirm-sent.lua': [(id, attempt) => store.confirmSent(id, attempt + 1, 0)],
    'renew-lease.lua': [(id) => store.renewLease(id, 'token', minute)],
    'report-progress.lua': [(id) => store.reportProgress(id, 'token', { percent: 1 })],
    'record-step.lua': [(id) => store.recordStep(id, 'token', 'step', '1')],
    'resend.lua': [(id) => store.resend(id)],
    'park.lua': [(id, attempt) => store.park(id, attempt + 1, 'type:echo')],
  };
  const variants: Variant[] = [true, false].flatMap((expires) =>
    [true, false].flatMap((later) =>
      (['at-least-once', 'at-most-once'] as const).map((delivery) => ({ delivery, expires, later })),
    ),
  );

  const stateOf = async (id: string) => (await redis.hget(taskKey(id), 'state'))!;
  async function toldOf(id: string): Promise<string[]> {
    const events = await redis.lrange(timelineKey(id), 0, -1);
    return events.map((event) => (JSON.parse(event) as { kind: string }).kind);
  }

  /** What a script did to a task, as the table says it; nothing when the task stayed where it was. */
  async function observe(script: string, id: string, ask: (typeof asked)[string][number]): Promise<string[]> {
    const [from, told] = [await stateOf(id), await toldOf(id)];
    await ask(id, Number(await redis.hget(taskKey(id), 'attempt')));
    const to = await stateOf(id);
    const events = (await toldOf(id)).slice(told.length).join(', ');
    return from === to ? [] : [`${script}: ${arrow(from, to)}, told as ${events}`];
  }

  it('do what the table says, and nothing else', async () => {
    const seen: string[] = [];
    for (const [script, ways] of Object.entries(asked)) {
      for (const ask of ways) {
        for (const state of taskStates) {
          for (const variant of variants) {
            const id = await into[state](variant);
            if (variant.later) now += 10 * minute;
            expect(await stateOf(id)).toBe(state);
            seen.push(...(await observe(script, id, ask)));
          }
        }
      }
    }
    const told = rows
      .filter(({ from }) => from !== '[*]')
      .map(({ from, to, script, event }) => `${script}: ${arrow(from, to)}, told as ${event}`);
    expect(unique(seen)).toEqual(unique(told));
  });

  it('accept into the two first states, and tell of it', async () => {
    for (const state of ['scheduled', 'queued'] as const) {
      const id = await accepted(state, variants[0]!);
      expect({ state: await stateOf(id), told: await toldOf(id) }).toEqual({ state, told: [state] });
    }
  });

  it('are all asked, but those that begin or remove a task or none', () => {
    const others = [
      'accept.lua',
      'accept-run.lua',
      'withdraw.lua',
      'forget.lua',
      'open-gate.lua',
      'callback-submitted.lua',
    ];
    expect([...Object.keys(asked), ...others].sort()).toEqual(luaFiles.sort());
  });
});
