import type { ServiceBusClient } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import type { TaskEvent } from '../../../contracts/task-event.ts';
import { toEvent } from '../../../functions/events/event-record.ts';
import { ownerEventsKey } from '../../../functions/tasks/task-keys.ts';
import type { TaskDetails } from '../../../functions/tasks/task-record.ts';
import type { Testimony } from '../app/witness.ts';
import { checkWalk } from '../event-walk.ts';
import { findLeftovers, peekAll, readRecords } from '../leftovers.ts';
import { checkEffects } from '../testimony.ts';
import type { Expectation } from './world.ts';

export interface Evidence {
  readonly redis: Redis;
  readonly serviceBus: ServiceBusClient;
  readonly queues: readonly string[];
  readonly expectations: readonly Expectation[];
  /** IDs that clients were told, by label. */
  readonly accepted: ReadonlyMap<string, string>;
  readonly testimony: readonly Testimony[];
  readonly wasCutOff: (pid: number) => boolean;
  /** Labels of tasks of which none may begin before the one before it has ended. */
  readonly inOrder: readonly string[];
}

interface Found {
  readonly id: string;
  readonly state: string;
  readonly owner: string;
  readonly label: string;
  readonly isDiscarded: boolean;
}

/** What is not as it must be when all is over, a sentence each. While things are still moving, that is among them. */
export async function findFaults(evidence: Evidence): Promise<string[]> {
  const records = await readRecords(evidence.redis);
  const found = [...records].map(([id, { state, owner, details, discarded }]): Found => {
    const { tags } = JSON.parse(details!) as TaskDetails;
    return { id, state: state!, owner: owner!, label: tags[0]!, isDiscarded: discarded !== undefined };
  });
  const ofTasks = await Promise.all(evidence.expectations.map((one) => checkTask(evidence, one, found)));
  const unexpected = found.filter(({ label }) => !evidence.expectations.some((one) => one.label === label));
  const faults = [
    ...ofTasks.flat(),
    ...findOvertaking(evidence),
    ...unexpected.map(({ id, label }) => `nobody submitted task ${id} (${label})`),
    ...(await findLeftovers(evidence.redis)),
  ];
  // The broker is asked last: it is the slowest to answer.
  return faults.length > 0 ? faults : findMessages(evidence, found);
}

async function checkTask(evidence: Evidence, expected: Expectation, found: readonly Found[]): Promise<string[]> {
  const { label, states, mayBeMissing = false } = expected;
  const same = found.filter((task) => task.label === label);
  const [task] = same;
  if (task === undefined) return mayBeMissing ? [] : [`${label} is gone`];
  if (same.length > 1) return [`${label} is there ${same.length} times`];
  const faults: string[] = [];
  const told = evidence.accepted.get(label);
  if (told !== undefined && told !== task.id) faults.push(`${label} is ${task.id}, but its client was told ${told}`);
  if (!states.some((state) => state === task.state))
    faults.push(`${label} is ${task.state}, not ${states.join(' or ')}`);
  const events = await readEvents(evidence.redis, task);
  faults.push(...checkWalk(events).map((fault) => `events of ${label}: ${fault}`));
  if (events.at(-1)?.state !== task.state) faults.push(`the last event of ${label} says ${events.at(-1)?.state}`);
  return [...faults, ...checkTestimony(evidence, expected)];
}

function checkTestimony({ testimony, wasCutOff }: Evidence, { label, effects, steps = 0 }: Expectation): string[] {
  const names = steps === 0 ? ['only'] : Array.from({ length: steps }, (_, n) => `step ${n + 1}`);
  const told = testimony.filter((line) => line.label === label);
  return checkEffects(told, { promised: effects, steps: names }, ({ pid }) => wasCutOff(pid));
}

/** Where the lines of one task begin, those of the task before it have ended. */
function findOvertaking({ testimony, inOrder }: Evidence): string[] {
  return inOrder.slice(1).flatMap((label, n) => {
    const [before, own] = [inOrder[n], label].map((wanted) => testimony.filter((line) => line.label === wanted));
    const [last, first] = [before!.at(-1), own![0]];
    if (first === undefined || last === undefined) return [];
    return testimony.indexOf(last) > testimony.indexOf(first) ? [`${label} began before ${inOrder[n]} had ended`] : [];
  });
}

async function readEvents(redis: Redis, { id, owner }: Found): Promise<TaskEvent[]> {
  const entries = await redis.xrange(ownerEventsKey(owner), '-', '+');
  return entries
    .map(([, fields]) => toEvent(fields[fields.indexOf('event') + 1]!))
    .filter((event) => event.taskId === id);
}

/** Queues are empty, and the dead-letter queues hold one message of each dead-lettered task that nobody has discarded. */
async function findMessages({ serviceBus, queues }: Evidence, found: readonly Found[]): Promise<string[]> {
  const waiting = await Promise.all(queues.map((queue) => peekAll(serviceBus, queue)));
  const dead = (await Promise.all(queues.map((queue) => peekAll(serviceBus, queue, 'deadLetter')))).flat();
  const faults = waiting.flatMap((messages, n) =>
    messages.map(({ messageId }) => `message ${String(messageId)} is still in queue ${queues[n]}`),
  );
  for (const { messageId, body } of dead) {
    const task = found.find(({ id }) => id === body);
    if (task?.state !== 'dead-lettered')
      faults.push(`message ${String(messageId)} is a dead letter, and its task is ${task?.state ?? 'gone'}`);
  }
  for (const { id, state, label, isDiscarded } of found.filter(({ state }) => state === 'dead-lettered')) {
    const messages = dead.filter(({ body }) => body === id).length;
    if (messages !== (isDiscarded ? 0 : 1))
      faults.push(`${label} is ${state}, and ${messages} of its messages are dead letters`);
  }
  return faults;
}
