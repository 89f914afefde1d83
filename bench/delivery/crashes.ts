import { setTimeout as delay } from 'node:timers/promises';
import { Api } from '../../tests/support/api.ts';
import { readTestimony } from '../../tests/crash/testimony.ts';
import type { BenchRig } from './bench-rig.ts';
import { nameOf, promises, toTask } from './promises.ts';

export interface AfterCrash {
  readonly name: string;
  readonly tasks: number;
  /** By the state they ended in. */
  readonly states: Readonly<Record<string, number>>;
  /** How often the effect happened in all: as often as there are tasks, if each had it once. */
  readonly effects: number;
  /** From the kill to the end of the last task, in milliseconds. */
  readonly recoveryMs: number;
}

/** Long enough for every task to have had its effect, and none to have ended, when the process is killed. */
const goesOnMs = 2_000;
const tasksEach = 10;

/** Kills the process while handlers run that have had their effect, and counts the effects afterwards. */
export async function crashEach(rig: BenchRig): Promise<AfterCrash[]> {
  const api = new Api(rig.baseUrl);
  const all: AfterCrash[] = [];
  for (const promised of promises.filter(({ steps }) => steps < 2)) {
    const label = `crash ${nameOf(promised)}`;
    const submitted = await Promise.all(
      Array.from({ length: tasksEach }, () =>
        api.post<{ id: string }>('/api/tasks', toTask(promised, label, goesOnMs)),
      ),
    );
    const effects = () =>
      readTestimony(rig.witnessFile).filter(
        (line) => line.label === label && line.moment === (promised.steps > 0 ? 'step' : 'effect'),
      );
    while (effects().length < tasksEach) await delay(5);
    const killedAt = Date.now();
    await rig.crash();
    const ended = await Promise.all(submitted.map(({ body }) => api.ended(body.id)));
    const states: Record<string, number> = {};
    for (const { state } of ended) states[state] = (states[state] ?? 0) + 1;
    const happened = readTestimony(rig.witnessFile).filter((line) => line.label === label && line.moment === 'effect');
    all.push({
      name: nameOf(promised),
      tasks: tasksEach,
      states,
      effects: happened.length,
      recoveryMs: Date.now() - killedAt,
    });
  }
  return all;
}
