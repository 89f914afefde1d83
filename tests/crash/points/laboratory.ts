import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningPiece } from '../../../local/launcher/supervisor.ts';
import { taskKey } from '../../../functions/tasks/task-keys.ts';
import { freePort } from '../../../local/free-port.ts';
import { createRig, type Rig } from '../rig/rig.ts';
import { peekAll, readRecords } from '../leftovers.ts';
import { readTestimony } from '../testimony.ts';
import { amqpFrames } from './amqp-frames.ts';
import { type CrashPoint, Gate } from './gate.ts';
import { httpAnswers, httpRequests } from './http-messages.ts';
import type { Path } from './paths.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { redisCommands, ScriptNames } from './redis-commands.ts';
import { findFaults } from './verdict.ts';
import { World } from './world.ts';

/** What one crash, or one life without a crash, showed. */
export interface Finding {
  readonly path: string;
  readonly point: CrashPoint | undefined;
  /** The operations that were counted; where the process was killed, up to there. */
  readonly operations: readonly string[];
  readonly killed: boolean;
  /** From the kill until everything was as it must be, in milliseconds. */
  readonly recoveryMs: number;
  /** Empty when all went well. */
  readonly faults: readonly string[];
}

/** How long everything may take to be put right again. */
const patienceMs = 90_000;
const pollMs = 100;
/** So long without an operation means that none is under way. */
const quietMs = 300;
/** A running task is never quiet: its lease is renewed. */
const longestQuietWaitMs = 1_000;

/** A stack of its own, whose host reaches everything through counting proxies. One path at a time. */
export class Laboratory {
  readonly #rig: Rig;
  readonly #gate: Gate;
  readonly #redis: Redis;
  readonly #serviceBus: ServiceBusClient;
  readonly #pieces: readonly RunningPiece[];
  readonly #proxies: readonly Proxy[];
  readonly #hostPort: number;
  readonly #hostValues: Readonly<Record<string, string>>;
  #host!: RunningPiece;
  #killedPid = 0;

  static async open(root: string, folder: string, log?: (line: string) => void): Promise<Laboratory> {
    const settings = { LeaseSeconds: '1', AZURE_FUNCTIONS_ENVIRONMENT: 'Development' };
    const rig = await createRig({ root, folder, settings, ...(log && { log }) });
    const pieces = await Promise.all((['redis', 'services', 'azurite'] as const).map((name) => rig.startPiece(name)));
    const hostPort = await freePort();
    let kill = () => undefined as void;
    const gate = new Gate(() => kill());
    const { proxies, values } = await proxied(root, rig.values, gate);
    const front = await startProxy(hostPort, gate, httpAnswers, 'answers');
    const lab = new Laboratory(rig, gate, pieces, [...proxies, front], hostPort, values);
    kill = () => lab.#killHost();
    await lab.#startHost();
    return lab;
  }

  private constructor(
    rig: Rig,
    gate: Gate,
    pieces: readonly RunningPiece[],
    proxies: readonly Proxy[],
    hostPort: number,
    hostValues: Readonly<Record<string, string>>,
  ) {
    this.#rig = rig;
    this.#gate = gate;
    this.#pieces = pieces;
    this.#proxies = proxies;
    this.#hostPort = hostPort;
    this.#hostValues = hostValues;
    this.#redis = new Redis(rig.values['RedisConnection']!);
    this.#serviceBus = new ServiceBusClient(rig.values['ServiceBusConnection']!);
  }

  /** Lives through the path once, killed at the point if there is one, and looks at what remains. */
  async run(path: Path, point?: CrashPoint): Promise<Finding> {
    const world = new World(this.#proxies.at(-1)!.port);
    const watch = {
      until: (id: string, ...states: string[]) => this.#until(id, states),
      untilLabel: (label: string, state: string) => this.#untilLabel(label, state),
    };
    this.#killedPid = 0;
    const prepared = (await path.prepare?.(world, watch)) ?? '';
    await this.#untilQuiet();
    this.#gate.arm(point);
    let over = false;
    const restarting = this.#restartWhenKilled(() => over);
    const acting = path.act(world, watch, prepared).then(() => [], (error: unknown) => [String(error)]); // prettier-ignore
    const faults = [...(await acting), ...(await this.#untilRight(path, world))];
    const endedAt = Date.now();
    const { killedAt, operations } = this.#gate;
    this.#gate.disarm();
    over = true;
    await restarting;
    await this.#clear();
    return {
      path: path.name,
      point,
      operations: [...operations],
      killed: killedAt !== undefined,
      recoveryMs: killedAt === undefined ? 0 : endedAt - killedAt,
      faults,
    };
  }

  async close(): Promise<void> {
    await this.#serviceBus.close();
    this.#redis.disconnect();
    for (const proxy of this.#proxies) proxy.close();
    for (const piece of [this.#host, ...this.#pieces]) piece.kill();
    await Promise.all([this.#host, ...this.#pieces].map(({ ended }) => ended));
  }

  #killHost(): void {
    this.#killedPid = this.#host.pid;
    this.#host.kill();
  }

  async #startHost(): Promise<void> {
    this.#host = await this.#rig.startHost(this.#hostPort, this.#hostValues);
  }

  async #restartWhenKilled(isOver: () => boolean): Promise<void> {
    while (this.#gate.killedAt === undefined) {
      if (isOver()) return;
      await delay(5);
    }
    await this.#host.ended;
    await this.#startHost();
  }

  async #until(id: string, states: readonly string[]): Promise<void> {
    for (;;) {
      const state = await this.#redis.hget(taskKey(id), 'state');
      if (states.some((wanted) => wanted === state)) return;
      await delay(5);
    }
  }

  async #untilLabel(label: string, state: string): Promise<void> {
    const isIt = ({ details = '', state: is }: Readonly<Record<string, string>>) =>
      is === state && details.includes(`"${label}"`);
    while (![...(await readRecords(this.#redis)).values()].some(isIt)) await delay(50);
  }

  async #untilQuiet(): Promise<void> {
    this.#gate.arm();
    const until = Date.now() + longestQuietWaitMs;
    for (let seen = -1; seen !== this.#gate.operations.length && Date.now() < until;) {
      seen = this.#gate.operations.length;
      await delay(quietMs);
    }
  }

  /** @returns what is still not right when patience ends */
  async #untilRight(path: Path, world: World): Promise<string[]> {
    const startedAt = Date.now();
    for (let faults: string[]; ;) {
      const seen = this.#gate.total;
      faults = await this.#findFaults(path, world);
      if (faults.length === 0) {
        // What is still under way may be the operation to be killed at, or leave something behind.
        await delay(quietMs);
        if (this.#gate.total === seen) return [];
      }
      if (Date.now() - startedAt > patienceMs) return faults;
      await delay(pollMs);
    }
  }

  async #findFaults(path: Path, world: World): Promise<string[]> {
    return findFaults({
      redis: this.#redis,
      serviceBus: this.#serviceBus,
      queues: this.#rig.queues,
      expectations: path.expect(world),
      accepted: world.accepted,
      testimony: readTestimony(this.#rig.witnessFile),
      wasCutOff: (pid) => pid === this.#killedPid,
      inOrder: path.inOrder ?? [],
    });
  }

  /** The next path finds nothing of this one. */
  async #clear(): Promise<void> {
    for (const queue of this.#rig.queues) {
      const receiver = this.#serviceBus.createReceiver(queue, {
        receiveMode: 'receiveAndDelete',
        subQueueType: 'deadLetter',
      });
      while ((await peekAll(this.#serviceBus, queue, 'deadLetter')).length > 0)
        await receiver.receiveMessages(100, { maxWaitTimeInMs: 200 });
      await receiver.close();
    }
    await this.#redis.flushall();
    writeFileSync(this.#rig.witnessFile, '');
  }
}

async function proxied(root: string, values: Readonly<Record<string, string>>, gate: Gate) {
  const names = new ScriptNames(root);
  const splitters = {
    RedisConnection: () => redisCommands(names),
    ServiceBusConnection: amqpFrames,
    AzureSignalRConnectionString: () => httpRequests('signalr'),
  };
  const changed: Record<string, string> = { ...values };
  const proxies: Proxy[] = [];
  for (const [setting, split] of Object.entries(splitters)) {
    const port = /localhost:(\d+)/.exec(values[setting]!)![1]!;
    const proxy = await startProxy(Number(port), gate, split);
    proxies.push(proxy);
    changed[setting] = values[setting]!.replace(`localhost:${port}`, `localhost:${proxy.port}`);
  }
  return { proxies, values: changed };
}
