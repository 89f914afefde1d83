import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosStack, PieceName } from './chaos-stack.ts';
import type { Chance } from './random.ts';
import type { Recorder } from './recorder.ts';

interface Breakage {
  readonly name: string;
  /** Whether a living worker may lose its lease by it. */
  readonly mayCostLeases: boolean;
  readonly cause: () => Promise<void>;
}

/** For messages that come out of turn. */
export interface StrayOptions {
  readonly knownTasks: () => readonly string[];
  /** Whether they may have the IDs of messages that the app will send. */
  readonly takesMessageIds: boolean;
}

/** Breaks one thing after the other until told to stop; then everything works again. */
export class Faults {
  readonly #stack: ChaosStack;
  readonly #chance: Chance;
  readonly #recorder: Recorder;
  readonly #strays: StrayOptions;
  readonly counts = new Map<string, number>();

  constructor(stack: ChaosStack, chance: Chance, recorder: Recorder, strays: StrayOptions) {
    this.#stack = stack;
    this.#chance = chance;
    this.#recorder = recorder;
    this.#strays = strays;
  }

  async run(until: number): Promise<void> {
    while (Date.now() < until) {
      await delay(this.#chance.between(300, 2_500));
      const { name, mayCostLeases, cause } = this.#choose();
      const start = Date.now();
      // What is to be broken may be down already.
      await cause().catch(() => undefined);
      this.#recorder.record({ what: 'fault', name, start, end: Date.now(), mayCostLeases });
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
  }

  #choose(): Breakage {
    const host = this.#chance.pick(['host-1', 'host-2'] as const);
    const queue = this.#chance.pick(this.#stack.rig.queues);
    return this.#chance.weighted<Breakage>([
      [3, this.#kill(host)],
      [3, this.#pause(host, 1_000, 8_000)],
      [1, this.#kill('services')],
      [1, this.#pause('services', 500, 4_000)],
      [1, this.#kill('redis')],
      [1, this.#pause('redis', 500, 5_000)],
      [2, { name: 'drop Redis connections', mayCostLeases: false, cause: () => this.#dropRedis() }],
      [2, this.#ask('service-bus/drop-connections')],
      [1, this.#ask('signalr/drop-connections')],
      [2, this.#ask('service-bus/lose-locks', { entity: queue })],
      [2, this.#ask('service-bus/deliver-twice', { entity: queue, times: this.#chance.between(1, 5) })],
      [1, this.#delay()],
      [1, this.#ask('service-bus/refuse', { milliseconds: this.#chance.between(300, 2_000) })],
      [2, { name: 'stray message', mayCostLeases: false, cause: () => this.#sendStray() }],
    ]);
  }

  #kill(name: PieceName): Breakage {
    return {
      name: `kill ${name}`,
      mayCostLeases: name !== 'services',
      cause: async () => {
        const { running } = this.#stack.piece(name);
        running?.kill();
        await running?.ended;
        while (this.#stack.piece(name).running === undefined) await delay(20);
      },
    };
  }

  #pause(name: PieceName, least: number, most: number): Breakage {
    return {
      name: `pause ${name}`,
      mayCostLeases: name !== 'services',
      cause: async () => {
        const { running } = this.#stack.piece(name);
        running?.pause();
        await delay(this.#chance.between(least, most));
        running?.resume();
      },
    };
  }

  #ask(fault: string, given: object = {}): Breakage {
    const cause = async () => void (await this.#stack.piece('services').running?.ask?.({ fault, arguments: given }));
    return { name: fault, mayCostLeases: false, cause };
  }

  #delay(): Breakage {
    const set = (milliseconds: number) => this.#ask('service-bus/delay', { milliseconds }).cause();
    const cause = async () => {
      await set(this.#chance.between(50, 400));
      await delay(this.#chance.between(500, 2_500));
      await set(0);
    };
    return { name: 'service-bus/delay', mayCostLeases: false, cause };
  }

  async #dropRedis(): Promise<void> {
    const redis = new Redis(this.#stack.rig.values['RedisConnection']!, { maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').finally(() => redis.disconnect());
  }

  /** A message that nobody of the app sent: for a coming attempt, one that is over, or with an ID that will be wanted. */
  async #sendStray(): Promise<void> {
    const id = this.#chance.pick(this.#strays.knownTasks());
    if (id === undefined) return;
    const attempt = this.#chance.between(1, 3);
    const client = new ServiceBusClient(this.#stack.rig.values['ServiceBusConnection']!, {
      retryOptions: { maxRetries: 0, timeoutInMs: 2_000 },
    });
    const messageId =
      this.#strays.takesMessageIds && this.#chance.next() < 0.5 ? `${id}:${attempt}` : `stray ${this.#chance.next()}`;
    const queue = this.#chance.pick(this.#stack.rig.queues);
    const message = { body: id, contentType: 'application/json', messageId, sessionId: 'orders' };
    const applicationProperties = { taskType: 'echo', owner: 'alice', attempt };
    await client
      .createSender(queue)
      .sendMessages({ ...message, applicationProperties })
      .finally(() => client.close());
  }
}
