import type { Redis } from 'ioredis';

/** What stops everything that a process would still have done. */
export class Killed extends Error {}

/** The process dies at its n-th operation (from 1), before it reaches its service, or before the answer comes back. */
export interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** The life of one process: counts its operations, and lets none pass after its death. */
export class Life {
  #operations = 0;
  readonly #death: Death | undefined;
  readonly #turn: () => Promise<unknown>;

  /** @param turn settles when the next operation may begin: says in which order processes that live at once come to theirs */
  constructor(death?: Death, turn: () => Promise<unknown> = async () => undefined) {
    this.#death = death;
    this.#turn = turn;
  }

  /** Whether it came to the operation at which it was to die. */
  get isOver(): boolean {
    return this.#death !== undefined && this.#operations >= this.#death.at;
  }

  async do<T>(operation: () => Promise<T>): Promise<T> {
    const { at, when } = this.#death ?? { at: Infinity, when: 'before' };
    this.#operations += 1;
    const number = this.#operations;
    await this.#turn();
    if (number > at || (number === at && when === 'before')) throw new Killed();
    const answer = await operation();
    if (number === at) throw new Killed();
    return answer;
  }

  /** The same connection, as this process uses it: every command is one operation. */
  redis(redis: Redis): Redis {
    return new Proxy(redis, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        const bound = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        return name === 'defineCommand' ? bound : (...args: unknown[]) => this.do(() => bound(...args));
      },
    });
  }
}
