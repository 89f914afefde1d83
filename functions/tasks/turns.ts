/** What its holder may do when those before it have done theirs. */
export interface Turn {
  readonly come: Promise<void>;
  /** Done, or given up; may be said twice. */
  readonly pass: () => void;
}

/** Lets those with one name act in the order in which they drew, however long each has to prepare for it. */
export class Turns {
  readonly #latest = new Map<string, Promise<void>>();

  draw(name: string): Turn {
    const come = this.#latest.get(name) ?? Promise.resolve();
    const passed = Promise.withResolvers<void>();
    // One that is given up early must not let its successor overtake what is before it.
    this.#latest.set(name, passed.promise.then(() => come)); // prettier-ignore
    return { come, pass: () => passed.resolve() };
  }
}
