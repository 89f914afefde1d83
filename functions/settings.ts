import * as z from 'zod';
import { connectionFaults, connectionShape } from './connection-settings.ts';

/** A whole number, of the unit that the setting's name says. */
function whole(byDefault: number, max: number) {
  const error = `should be a whole number from 1 to ${max}`;
  return z.coerce.number({ error }).int(error).min(1, error).max(max, error).default(byDefault);
}

function countOrOff(byDefault: number) {
  const error = 'should be a whole number, 0 for no limit';
  return z.coerce.number({ error }).int(error).min(0, error).max(1_000_000, error).default(byDefault);
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

/** Texts with commas between, in lower case. */
function list() {
  return z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim().toLowerCase())
        .filter((item) => item !== ''),
    );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const Settings = z.object({
  ...connectionShape,
  /** Largest payload that is kept in Redis, in bytes of JSON; a larger one is uploaded to Blob Storage. */
  PayloadLimitBytes: whole(10 * 1024 * 1024, 100 * 1024 * 1024),
  /** Largest payload of all, in bytes of JSON. */
  UploadLimitBytes: whole(100 * 1024 * 1024, 256 * 1024 * 1024),
  /** `redis+blob`: every payload is written through to Blob Storage, so that Redis may lose it. */
  PayloadStore: z.enum(['redis', 'redis+blob'], { error: 'should be redis or redis+blob' }).default('redis'),
  /** With `redis+blob`: how long Redis keeps a payload that Blob Storage holds too. */
  PayloadCacheHours: whole(24, 366 * 24),
  /**
   * How long a worker may be silent before another takes over. Shorter than the queue's lock (service-bus.json), so that the
   * message of a dead worker does not come back before its lease has ended, and wait for that in a worker's place.
   */
  LeaseSeconds: whole(15, 300),
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
   * How many messages of one owner may stand in a lane; the rest of a flood waits in Redis, so that it keeps nobody else's tasks
   * waiting. Where tasks are quick it grows by itself, see limits/owner-window.ts. Twice what one instance runs at once (maxConcurrentCalls in host.json), times the number of instances.
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
  /** Hosts that a `callbackUrl` may point at, with commas between: `hooks.example.org, *.example.com`. None by default. */
  CallbackHosts: list(),
  /** Origins of other web apps whose pages may use this API for who is signed in: `https://portal.example.com`, with commas between. */
  AllowedOrigins: list().refine((origins) => origins.every((origin) => URL.parse(origin)?.origin === origin), {
    error: 'should be origins such as https://portal.example.com, with commas between',
  }),
  /** Signs callbacks, as Standard Webhooks say. */
  CallbackSecret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'should be whsec_ and at least 24 random bytes in base64')
    .optional(),
  /** How long finished tasks are kept; dead letters stay until they are replayed or discarded. */
  RetentionDays: whole(7, 365),
});
export type Settings = z.infer<typeof Settings>;
export const settingNames: readonly string[] = Object.keys(Settings.shape);

let settings: Settings | undefined;

/**
 * The app settings, read and checked once.
 * @throws when one is missing or wrong: the message names it and says what it should look like.
 */
export function getSettings(): Settings {
  settings ??= parseSettings(process.env);
  return settings;
}

/** Says it all in its message: a stack would only bury that in the log of a start that failed. */
class SettingsError extends Error {
  constructor(faults: readonly string[]) {
    super(
      `App settings: ${faults.join('; ')}. Set them in local.settings.json, or in the function app's configuration in Azure.`,
    );
    this.name = 'SettingsError';
    this.stack = this.message;
  }
}

export function parseSettings(environment: Record<string, string | undefined>): Settings {
  // A setting that is left empty is none, as for the Functions host.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  const parsed = Settings.safeParse(given);
  const issues = parsed.error?.issues ?? [];
  const faults = issues.map(({ path: [name], message }) => {
    const isMissing = given[String(name)] === undefined;
    return `${String(name)} ${isMissing ? 'is missing: it' : 'is wrong: it'} ${message}`;
  });
  faults.push(...connectionFaults(given));
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults);
  return parsed.data;
}
