/** What becomes of the operation that a process is about to begin. `again`: its answer is lost, and the client repeats it. */
export type Fate = 'done' | 'refused' | 'answer lost' | 'again' | 'process dies before' | 'process dies after';

export class Killed extends Error {}
class Outage extends Error {
  readonly code = 'ECONNRESET';
}

interface Gate {
  readonly name: string;
  /** An operation that waits for its service rather than fail. */
  readonly isPatient: boolean;
  readonly open: (fate: Fate) => void;
}

/**
 * A process of which every operation waits before a gate, until the test lets it through: so the test decides in which order
 * those of all processes are done, and where one dies.
 */
export class SimulatedProcess {
  gates: Gate[] = [];
  isDead = false;
  /** The answer of the operation under way will not arrive. */
  isDeaf = false;
  #underWay: Promise<unknown> = Promise.resolve();

  /** The same object, as this process uses it: each call of a method is one operation. */
  using<T extends object>(target: T, isPatient = true): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => this.do(String(name), () => method(...args), isPatient);
      },
    });
  }

  /** The same object for reads in plenty, whose order matters to nobody: they wait before no gate. */
  reading<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => this.#follow(method(...args));
      },
    });
  }

  #follow<T>(operation: Promise<T>): Promise<T> {
    this.#underWay = Promise.all([this.#underWay, operation.catch(() => undefined)]);
    return operation;
  }

  async do<T>(name: string, operation: () => Promise<T>, isPatient = true): Promise<T> {
    const fate = await this.#pass(name, isPatient);
    if (fate === 'process dies before') this.die();
    if (this.isDead) throw new Killed();
    if (fate === 'refused') throw new Outage('refused');
    this.isDeaf = fate !== 'done';
    const answer = await this.#follow(operation());
    this.isDeaf = false;
    if (fate === 'process dies after') {
      this.die();
      throw new Killed();
    }
    if (fate === 'answer lost') throw new Outage('lost');
    return fate === 'again' ? this.do(`${name} again`, operation, isPatient) : answer;
  }

  #pass(name: string, isPatient: boolean): Promise<Fate> {
    if (this.isDead) throw new Killed();
    return new Promise((open) => this.gates.push({ name, isPatient, open }));
  }

  /** Lets one operation through, and waits until it and what follows at once is over. */
  async open(gate: Gate, fate: Fate): Promise<void> {
    this.gates = this.gates.filter((other) => other !== gate);
    gate.open(fate);
    await this.settled();
  }

  /** Lets all operations through at once: steps of one partition go to Redis as one script. */
  async openAll(): Promise<void> {
    const { gates } = this;
    this.gates = [];
    for (const { open } of gates) open('done');
    await this.settled();
  }

  async settled(): Promise<void> {
    let underWay: Promise<unknown> | undefined;
    await turn();
    while (underWay !== this.#underWay) {
      underWay = this.#underWay;
      await underWay;
      await turn();
    }
  }

  /** Whatever it would still do fails. */
  die(): void {
    this.isDead = true;
    const { gates } = this;
    this.gates = [];
    for (const { open } of gates) open('process dies before');
  }
}

/** Long enough for what follows without any operation. */
async function turn(): Promise<void> {
  for (let n = 0; n < 3; n += 1) await new Promise(setImmediate);
}
