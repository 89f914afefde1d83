import * as z from 'zod';

/** A whole number, of the unit that the setting's name says. */
export function whole(byDefault: number, max: number) {
  const error = `should be a whole number from 1 to ${max}`;
  return z.coerce.number({ error }).int(error).min(1, error).max(max, error).default(byDefault);
}

function countOrOff(byDefault: number) {
  const error = 'should be a whole number, 0 for no limit';
  return z.coerce.number({ error }).int(error).min(0, error).max(1_000_000, error).default(byDefault);
}

/** A feature flag, on unless it is turned off. */
function flag() {
  return z
    .enum(['true', 'false'], { error: 'should be true or false, without conditions' })
    .default('true')
    .transform((text) => text === 'true');
}

const TypeLimits = z.record(
  z.string(),
  z.strictObject({ ratePerSecond: z.int().min(1).optional(), concurrency: z.int().min(1).optional() }),
);
export type TypeLimits = z.infer<typeof TypeLimits>;

function typeLimits() {
  const error = 'should be JSON such as {"echo":{"ratePerSecond":10,"concurrency":2}}';
  return z
    .string()
    .default('{}')
    .transform((text, context) => {
      const parsed = TypeLimits.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Settings that may change while the app runs: whoever needs one asks for it each time. None is a secret. */
export const tunableShape = {
  /** Whether new tasks are taken in; those that were go on. */
  AcceptTasks: flag(),
  /** Whether schedules submit their runs. */
  RunSchedules: flag(),
  /** Largest payload that is kept in Redis, in bytes of JSON; a larger one is uploaded to Blob Storage. */
  PayloadLimitBytes: whole(10 * 1024 * 1024, 100 * 1024 * 1024),
  /** Largest payload of all, in bytes of JSON. */
  UploadLimitBytes: whole(100 * 1024 * 1024, 256 * 1024 * 1024),
  /** Largest result of a task, in bytes of JSON, and most that its steps give together: Redis keeps both, whatever keeps payloads. */
  ResultLimitBytes: whole(100 * 1024 * 1024, 256 * 1024 * 1024),
  /** With `redis+blob`: how long Redis keeps a payload that Blob Storage holds too. */
  PayloadCacheHours: whole(24, 366 * 24),
  /** How long one attempt may take, unless its task type says otherwise. Stay below `functionTimeout` in host.json. */
  AttemptTimeLimitSeconds: whole(300, 3600),
  MaxAttempts: whole(7, 50),
  RetryFirstDelayMs: whole(100, 60_000),
  RetryMaxDelayMs: whole(300_000, 3_600_000),
  /** How long an idempotency key is remembered. */
  IdempotencyHours: whole(24, 168),
  /** How many tasks may wait, of all owners; at 80 % clients are told to slow down, beyond it they are refused. */
  BacklogLimit: whole(1_000_000, 100_000_000),
  /** How many tasks of one owner may wait. */
  OwnerBacklogLimit: whole(500_000, 100_000_000),
  /**
   * How many messages of one owner may stand in a lane, more where tasks are quick (limits/owner-window.ts); the rest of a flood waits in Redis, so that it keeps nobody else's
   * tasks waiting. Twice what one instance runs at once (maxConcurrentCalls in host.json), times the number of instances.
   */
  OwnerWindow: whole(200, 100_000),
  /** How many tasks of one owner run at once; 0 for any number. */
  OwnerConcurrency: countOrOff(0),
  /** How many tasks with the same concurrency key run at once; 0 for any number. */
  ConcurrencyPerKey: countOrOff(1),
  /** How many tasks each owner may submit in a second; 0 for any number. */
  OwnerRatePerSecond: countOrOff(0),
  /** How many tasks with the same concurrency key may be submitted in a second; 0 for any number. */
  RatePerConcurrencyKey: countOrOff(0),
  /** For each task type: how many may be submitted in a second, how many run at once. JSON: {"echo":{"ratePerSecond":10,"concurrency":2}}. */
  TypeLimits: typeLimits(),
  /** How long finished tasks are kept; dead letters stay until they are replayed or discarded. */
  RetentionDays: whole(7, 365),
  /** How long history keeps what ended, by whole months in which it was submitted. */
  HistoryRetentionDays: whole(365, 3650),
} as const;

export const tunableNames: readonly string[] = Object.keys(tunableShape);

type Texts = Readonly<Record<string, string>>;

/** @returns the values that can be used, and a sentence for each that cannot: there the last good one stays */
export function acceptTuned(given: Texts, lastGood: Texts): { accepted: Texts; refused: readonly string[] } {
  const accepted: Record<string, string> = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const fault = faultOf(name, value);
    const kept = fault === undefined ? value : lastGood[name];
    if (fault !== undefined) refused.push(fault);
    if (kept !== undefined) accepted[name] = kept;
  }
  return { accepted, refused };
}

function faultOf(name: string, value: string): string | undefined {
  const schema = Object.hasOwn(tunableShape, name) ? tunableShape[name as keyof typeof tunableShape] : undefined;
  if (schema === undefined)
    return `${name} is none of the settings that can change while the app runs, so it is not read`;
  const fault = value === '' ? 'should not be empty' : schema.safeParse(value).error?.issues[0]?.message;
  return fault && `${name} is wrong: it ${fault}. What it was before stays`;
}
