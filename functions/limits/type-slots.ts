import { randomInt } from 'node:crypto';
import type { Redis } from 'ioredis';
import { registerScripts } from '../azure/redis-scripts.ts';
import { allPartitions } from '../tasks/task-id.ts';
import { gateKey } from '../tasks/task-keys.ts';
import countSlots from './lua/count-slots.lua';
import takeSlot from './lua/take-slot.lua';

const run = registerScripts('limits', { countSlots, takeSlot });

const renewalsPerSlot = 3;

/** Places in which tasks of a type run at once, over all owners and instances. */
export class TypeSlots {
  readonly #redis: Redis;
  readonly #limitOf: (type: string) => number;
  readonly #keptMs: number;

  /** @param limitOf how many tasks of a type run at once; 0 for any number. @param keptMs how long a dead worker keeps its place */
  constructor(redis: Redis, limitOf: (type: string) => number, keptMs: number) {
    this.#redis = redis;
    this.#limitOf = limitOf;
    this.#keptMs = keptMs;
  }

  isLimited(type: string): boolean {
    return this.#limitOf(type) > 0;
  }

  /** @returns undefined when all places are taken, unless it goes beyond the limit; else gives the place back when called */
  async take(type: string, token: string, { beyondLimit = false } = {}): Promise<(() => Promise<void>) | undefined> {
    if (!(await this.#takeOrKeep(type, token, beyondLimit ? Number.MAX_SAFE_INTEGER : this.#limitOf(type))))
      return undefined;
    const renewal = setInterval(
      () => void this.#takeOrKeep(type, token, this.#limitOf(type)).catch(() => undefined),
      this.#keptMs / renewalsPerSlot,
    );
    return async () => {
      clearInterval(renewal);
      await this.#redis.zrem(slotsKey(type), token);
    };
  }

  /** @returns a task that waits for a place and the gate it is parked before: of a partition taken by chance, so that none starves */
  async nextWaiting(type: string): Promise<{ id: string; gate: string } | undefined> {
    const gates = allPartitions.map((partition) => gateKey(partition, typeGate(type)));
    const firsts = await Promise.all(gates.map((gate) => this.#redis.zrange(gate, '0', '0')));
    const waiting = firsts.flatMap(([id], i) => (id === undefined ? [] : [{ id, gate: gates[i]! }]));
    return waiting.length === 0 ? undefined : waiting[randomInt(waiting.length)];
  }

  /** Whether a place is free now. */
  async hasRoom(type: string): Promise<boolean> {
    return Number(await run(this.#redis, 'countSlots', slotsKey(type), [])) < this.#limitOf(type);
  }

  async #takeOrKeep(type: string, token: string, limit: number): Promise<boolean> {
    const taken = await run(this.#redis, 'takeSlot', slotsKey(type), [token, limit, this.#keptMs]);
    return taken === 1;
  }
}

export const slotsKey = (type: string) => `{amo:type:${type}}:slots`;

/** Name of the gate before which tasks of a type are parked, in each partition. */
export const typeGate = (type: string) => `type:${type}`;
