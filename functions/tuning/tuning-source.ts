/** Where tuned settings come from. */
export interface TuningSource {
  /** For people: `local.tuning.json`. */
  readonly name: string;
  /** How long to wait between two reads. */
  readonly everyMs: number;
  /** All values that are there now, by the names of settings. Fails when they cannot be had. */
  read(): Promise<Readonly<Record<string, string>>>;
}

/** A store knows numbers, booleans and objects; a setting is text. */
export function toTexts(values: Iterable<readonly [string, unknown]>): Record<string, string> {
  return Object.fromEntries(
    [...values].map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
