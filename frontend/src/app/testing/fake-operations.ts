/** For component tests of the pages for operators: answers of the API that a test sets, and what was asked for. */
import type { DeadLetterGroup, DeadLetterPage, DiscardDeadLetters } from '../../../../contracts/dead-letters.ts';
import type { ReplayDeadLetters, ReplayPlan, ReplayPreview } from '../../../../contracts/replay.ts';
import type { SaveSchedule, Schedule } from '../../../../contracts/schedule.ts';
import type { Counted, Stats } from '../../../../contracts/stats.ts';
import type { ApiError, DeadLetterQuery } from '../../../../client/index.ts';
import type { FakeTasks } from './fake-tasks.ts';

export const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

export function aGroup(more: Partial<DeadLetterGroup> = {}): DeadLetterGroup {
  return {
    group: 'g1',
    type: 'echo',
    code: 'boom',
    message: 'It <b>broke</b>.',
    count: 12,
    firstAt: secondsAgo(3600),
    lastAt: secondsAgo(60),
    trend: [0, 4, 8],
    ...more,
  };
}

export function aPlan(more: Partial<ReplayPlan> = {}): ReplayPlan {
  return {
    id: 'p1',
    state: 'running',
    owner: 'me',
    matched: 100,
    replayed: 40,
    completed: 30,
    failed: 5,
    cancelled: 0,
    skipped: 2,
    skippedReasons: { 'patch-failed': 2 },
    outstanding: 5,
    remaining: 58,
    filter: {},
    canary: 10,
    ratePerSecond: 50,
    stopAtFailureRate: 0.2,
    createdAt: secondsAgo(20),
    refusals: [{ id: 't7', reason: 'patch-failed', detail: 'There is no /failures.' }],
    ...more,
  };
}

export function aSchedule(more: Partial<Schedule> = {}): Schedule {
  return {
    id: 's1',
    name: 'Nightly',
    owner: 'me',
    cron: '30 2 * * *',
    timeZone: 'UTC',
    missedRuns: 'skip',
    type: 'echo',
    payload: { message: 'tick' },
    paused: false,
    nextRunAt: secondsAgo(-7200),
    createdAt: secondsAgo(86_400),
    updatedAt: secondsAgo(86_400),
    upcoming: [secondsAgo(-7200)],
    ...more,
  };
}

/** Two steps of a minute: 5 submitted and 3 completed in the first, 2 submitted and 1 dead-lettered in the second. */
export function someStats(more: Partial<Stats> = {}): Stats {
  const none: Record<Counted, number> = { submitted: 0, completed: 0, retried: 0, deadLettered: 0, failed: 0, cancelled: 0, expired: 0, replayed: 0 }; // prettier-ignore
  const rate = (count: number) => ({ count, perSecond: count / 120, perMinute: count / 2 });
  const rates = Object.fromEntries(Object.keys(none).map((name) => [name, rate(0)])) as Stats['rates'];
  const percentiles = { count: 3, p50: 20, p95: 90, p99: 120 };
  return {
    at: '2026-11-21T10:01:30.000Z',
    window: '1h',
    from: '2026-11-21T10:00:00.000Z',
    states: {
      scheduled: 0,
      queued: 3,
      running: 0,
      retrying: 0,
      completed: 9,
      'dead-lettered': 1,
      cancelled: 0,
      expired: 0,
    },
    rates: { ...rates, submitted: rate(7), completed: rate(3), failed: rate(1), deadLettered: rate(1) },
    latency: { queueWait: percentiles, run: percentiles, endToEnd: percentiles },
    backlog: { queued: 3, lanes: [{ lane: 'tasks', queued: 3, oldestAgeMs: 1200 }], isEstimate: false },
    failures: [{ type: 'echo', retried: 0, deadLettered: 1 }],
    series: {
      stepSeconds: 60,
      points: [
        { at: '2026-11-21T10:00:00.000Z', ...none, submitted: 5, completed: 3, endToEnd: percentiles },
        { at: '2026-11-21T10:01:00.000Z', ...none, submitted: 2, failed: 1, deadLettered: 1, endToEnd: { count: 0 } },
      ],
    },
    ...more,
  };
}

/** Answers what a test puts in its fields, and remembers what was asked for. */
export class FakeOperations {
  groups: readonly DeadLetterGroup[] = [];
  letters: DeadLetterPage['tasks'] = [];
  replays: readonly ReplayPlan[] = [];
  schedules: readonly Schedule[] = [];
  stats: Stats = someStats();
  preview: Partial<ReplayPreview> = {};
  upcoming: readonly string[] = [secondsAgo(-60)];
  /** What every call answers with instead. */
  refusal: ApiError | undefined;
  readonly asked: { readonly what: string; readonly with: unknown }[] = [];

  constructor(tasks: FakeTasks) {
    Object.assign(tasks.client.api, this.#deadLetters(), {
      getStats: (window: string) => this.#answer('getStats', window, () => ({ ...this.stats, window })),
      listTasks: (query: object) => this.#answer('listTasks', query, () => ({ tasks: this.letters })),
    });
    Object.assign(tasks.client, { schedules: this.#schedules() });
  }

  /** With what this was asked for, oldest first. */
  askedFor(what: string): unknown[] {
    return this.asked.flatMap((one) => (one.what === what ? [one.with] : []));
  }

  #deadLetters() {
    return {
      listDeadLetters: (query: DeadLetterQuery) => this.#answer('listDeadLetters', query, () => this.#page(query)),
      listReplays: () => this.#answer('listReplays', undefined, () => ({ replays: this.replays })),
      getReplay: (id: string) => this.#answer('getReplay', id, () => this.replays[0]),
      controlReplay: (id: string, action: string) =>
        this.#answer('controlReplay', action, () => ({ ...this.replays[0], id, state: action === 'pause' ? 'paused' : 'stopped' })),
      previewReplay: (body: ReplayDeadLetters) =>
        this.#answer('previewReplay', body, () => ({
          ...{ dryRun: true, matched: 12, replayable: 12, skipped: 0, skippedReasons: {}, refusals: [], groups: [], samples: [] },
          ...this.preview,
        })),
      replayDeadLetters: (body: ReplayDeadLetters) => this.#answer('replayDeadLetters', body, () => aPlan()),
      discardDeadLetters: (body: DiscardDeadLetters) =>
        this.#answer('discardDeadLetters', body, () => ({ discarded: 12, refused: 0, refusals: [] })),
    }; // prettier-ignore
  }

  #page({ group, type }: DeadLetterQuery): DeadLetterPage {
    const groups = this.groups.filter((one) => (group ?? one.group) === one.group && (type ?? one.type) === one.type);
    const total = groups.reduce((sum, { count }) => sum + count, 0);
    return { groups, tasks: this.letters, total, trend: { from: secondsAgo(3600), to: secondsAgo(0) } };
  }

  #schedules() {
    const one = (id: string) => this.schedules.find((schedule) => schedule.id === id);
    const change = (what: string, more: Partial<Schedule>) => (id: string) =>
      this.#answer(what, id, () => ({ ...one(id), ...more }));
    return {
      list: () => this.#answer('list', undefined, () => ({ schedules: this.schedules })),
      get: (id: string) => this.#answer('get', id, () => one(id)),
      preview: (body: object) => this.#answer('preview', body, () => ({ upcoming: this.upcoming })),
      create: (body: SaveSchedule) => this.#answer('create', body, () => aSchedule({ id: 'new' })),
      update: (id: string, body: SaveSchedule) => this.#answer('update', body, () => aSchedule({ ...one(id), id })),
      pause: change('pause', { paused: true, upcoming: [] }),
      resume: change('resume', { paused: false }),
      delete: (id: string) => this.#answer('delete', id, () => undefined),
      run: (id: string) => this.#answer('run', id, () => ({ id: 'task-of-run' })),
    };
  }

  async #answer<T>(what: string, asked: unknown, answer: () => T): Promise<T> {
    this.asked.push({ what, with: asked });
    if (this.refusal) throw this.refusal;
    return answer();
  }
}
