/** Says how far rooms have been read: one request at a time, of each room the furthest. What could not be said goes along with the next. */
export class ReadMarks {
  readonly #say: (room: string, sequence: number) => Promise<unknown>;
  readonly #wanted = new Map<string, number>();
  readonly #said = new Map<string, number>();
  #isSaying = false;

  constructor(say: (room: string, sequence: number) => Promise<unknown>) {
    this.#say = say;
  }

  mark(room: string, sequence: number): void {
    if (sequence < 1 || sequence <= (this.#said.get(room) ?? 0)) return;
    this.#wanted.set(room, Math.max(sequence, this.#wanted.get(room) ?? 0));
    this.retry();
  }

  retry(): void {
    if (!this.#isSaying && this.#wanted.size > 0) void this.#sayAll();
  }

  async #sayAll(): Promise<void> {
    this.#isSaying = true;
    // What the same burst brings goes along.
    await Promise.resolve();
    for (const [room, sequence] of this.#wanted) {
      const isSaid = await this.#say(room, sequence).then(
        () => true,
        () => false,
      );
      if (!isSaid) break;
      this.#said.set(room, sequence);
      if (this.#wanted.get(room) === sequence) this.#wanted.delete(room);
    }
    this.#isSaying = false;
  }
}
