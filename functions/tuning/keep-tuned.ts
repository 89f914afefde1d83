import { getSettings, tuneSettings } from '../settings.ts';
import { tunableNames } from '../tunable-settings.ts';
import type { TuningSource } from './tuning-source.ts';

/** How long the app waits at its start for the first values; then it starts with the app settings, and takes these when they come. */
const startPatienceMs = 5_000;

export interface TuningLog {
  info(message: string): void;
  warn(message: string): void;
}

export interface Tuning {
  close(): void;
}

/**
 * Reads tuned settings at once, and again and again until it is closed. What cannot be used is said once, and what was used before
 * stays: a value that is wrong, and all of them while the source is out of reach.
 * @param explain a better sentence for a failure, where there is one
 */
export async function keepTuned(
  source: TuningSource,
  log: TuningLog,
  explain: (error: unknown) => string | undefined = () => undefined,
): Promise<Tuning> {
  const said = new Said(log);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const read = async () => {
    await readOnce(source, log, said, explain);
    if (!isClosed) timer = setTimeout(() => void read(), source.everyMs).unref();
  };
  await Promise.race([read(), new Promise((resolve) => setTimeout(resolve, startPatienceMs).unref())]);
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

async function readOnce(
  source: TuningSource,
  log: TuningLog,
  said: Said,
  explain: (error: unknown) => string | undefined,
): Promise<void> {
  try {
    const before = effective();
    const refused = tuneSettings(await source.read());
    for (const change of changes(before, effective())) log.info(`${source.name}: ${change}.`);
    said.only(refused.map((fault) => `${source.name}: ${fault}.`));
  } catch (error) {
    const why = explain(error) ?? (error instanceof Error ? error.message : String(error));
    said.only([
      `${source.name} could not be read: ${why.replace(/\.$/, '')}. The settings stay as they are; it is tried again.`,
    ]);
  }
}

/** Warnings that hold at present: each is logged when it begins to. */
class Said {
  readonly #log: TuningLog;
  #present: readonly string[] = [];

  constructor(log: TuningLog) {
    this.#log = log;
  }

  only(warnings: readonly string[]): void {
    for (const warning of warnings) if (!this.#present.includes(warning)) this.#log.warn(warning);
    this.#present = warnings;
  }
}

function effective(): Map<string, string> {
  const settings = Object.entries(getSettings()).filter(([name]) => tunableNames.includes(name));
  return new Map(settings.map(([name, value]) => [name, JSON.stringify(value)]));
}

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...after].flatMap(([name, value]) =>
    before.get(name) === value ? [] : [`${name} is ${value} now, it was ${before.get(name)}`],
  );
}
