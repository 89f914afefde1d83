import type { Redis } from 'ioredis';
import { allPartitions } from '../tasks/task-id.ts';
import { partitionIndexKey } from '../tasks/task-keys.ts';

const freshMs = 1_000;

/** How many tasks of all owners wait. Counted once a second at most; what this process adds meanwhile is counted along. */
export class Backlog {
  readonly #redis: Redis;
  readonly #now: () => number;
  #counted = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #added = 0;
  #counting: Promise<void> | undefined;

  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Tasks that wait, the one that is about to be added not among them. */
  async add(): Promise<number> {
    if (this.#now() - this.#countedAt >= freshMs) {
      this.#counting ??= this.#count().finally(() => (this.#counting = undefined));
      await this.#counting;
    }
    const waiting = this.#counted + this.#added;
    this.#added += 1;
    return waiting;
  }

  /** Takes back what `add` counted: the task was refused. */
  remove(): void {
    if (this.#added > 0) this.#added -= 1;
  }

  async #count(): Promise<void> {
    const keys = allPartitions.flatMap((partition) =>
      ['queued', 'retrying'].map((state) => partitionIndexKey(partition, state)),
    );
    const counts = await Promise.all(keys.map((key) => this.#redis.zcard(key)));
    this.#counted = counts.reduce((sum, count) => sum + count, 0);
    this.#countedAt = this.#now();
    this.#added = 0;
  }
}
