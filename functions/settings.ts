import * as z from 'zod';
import { connectionFaults, connectionShape } from './connection-settings.ts';
import { acceptTuned, tunableShape, whole } from './tunable-settings.ts';

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

/** A reference that the platform could not follow reaches the app as it is written. */
function callbackSecretFault(value: string): string {
  if (!value.startsWith('@Microsoft.KeyVault(')) return 'should be whsec_ and at least 24 random bytes in base64';
  return 'refers to a secret in Key Vault that is not there, or that the app may not read: its identity needs the role "Key Vault Secrets User"';
}

const Settings = z.object({
  ...connectionShape,
  ...tunableShape,
  /** `redis+blob`: every payload is written through to Blob Storage, so that Redis may lose it. */
  PayloadStore: z.enum(['redis', 'redis+blob'], { error: 'should be redis or redis+blob' }).default('redis'),
  /**
   * How long a worker may be silent before another takes over. Shorter than the queue's lock (service-bus.json), so that the
   * message of a dead worker does not come back before its lease has ended, and wait for that in a worker's place.
   */
  LeaseSeconds: whole(15, 300),
  /**
   * Who says who someone is: App Service Authentication, by headers that it alone can set; or nobody, and the API refuses everybody. Where
   * App Service Authentication is not switched on, anybody could set these headers.
   */
  SignIn: z.enum(['app-service', 'none'], { error: 'should be app-service or none' }).default('app-service'),
  /** Hosts that a `callbackUrl` may point at, with commas between: `hooks.example.org, *.example.com`. None by default. */
  CallbackHosts: list(),
  /** Origins of other web apps whose pages may use this API for who is signed in: `https://portal.example.com`, with commas between. */
  AllowedOrigins: list().refine((origins) => origins.every((origin) => URL.parse(origin)?.origin === origin), {
    error: 'should be origins such as https://portal.example.com, with commas between',
  }),
  /** How many of a hundred traces are sent to Application Insights. */
  TraceSamplePercent: whole(100, 100),
  /** How often Azure App Configuration is asked for what has changed. */
  AppConfigRefreshSeconds: whole(60, 3600),
  /** Whether the topic `task-events` hears of each task that ends, and Table Storage keeps it (docs/history.md). */
  History: z.enum(['on', 'off'], { error: 'should be on or off' }).default('on'),
  /** Signs callbacks, as Standard Webhooks say. */
  CallbackSecret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, { error: ({ input }) => callbackSecretFault(String(input)) })
    .optional(),
});
export type Settings = z.infer<typeof Settings>;
export const settingNames: readonly string[] = Object.keys(Settings.shape);

let settings: Settings | undefined;
let tuned: Readonly<Record<string, string>> = {};

/**
 * The app settings, read and checked once; what can be tuned may be another when asked for again.
 * @throws when one is missing or wrong: the message names it and says what it should look like.
 */
export function getSettings(): Settings {
  settings ??= parseSettings({ ...process.env, ...tuned });
  return settings;
}

/**
 * Takes values that go before the app settings of the same names; what is not among them any more falls back to these.
 * @returns a sentence for each that was refused
 */
export function tuneSettings(given: Readonly<Record<string, string>>): readonly string[] {
  const { accepted, refused } = acceptTuned(given, tuned);
  tuned = accepted;
  settings = undefined;
  return refused;
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
