import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import Long from 'long';
import { taskStates } from '../../contracts/task-states.ts';

/** What stays beside the tasks themselves: the name after the hash tag begins with one of these. */
const kept = [
  'task',
  'events',
  'last-event',
  'feed',
  'by-state',
  'finished',
  'clock',
  'sequence',
  'idempotency',
  'withdrawn',
  'counts',
  'pending-counts',
  'replay',
  'replay-skipped',
  'replay-refusals',
  'replays',
  'schedule-idempotency',
];
/** Everything whose name ends in a task's ID is a part of that task, and goes with it. */
const partOfTask = /^[^:]+:([0-9a-f]{8}-[0-9a-f-]{27})$/;

const hourMs = 60 * 60 * 1000;
const none: ReadonlySet<string> = new Set();

type Records = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** All tasks on record, by ID. */
export async function readRecords(redis: Redis): Promise<Records> {
  const keys = (await redis.keys('*:task:*')).filter((key) => familyOf(key) === 'task');
  const fields = await Promise.all(keys.map((key) => redis.hgetall(key)));
  return new Map(keys.map((key, n) => [key.slice(key.lastIndexOf(':') + 1), fields[n]!]));
}

/**
 * What should not be there when every task has ended: something that still waits, a part of a task that is gone, an index
 * that says otherwise than the record.
 * @returns a sentence each
 */
export async function findLeftovers(redis: Redis): Promise<string[]> {
  const [keys, records] = await Promise.all([redis.keys('*'), readRecords(redis)]);
  const named = keys.map((key) => ({ key, family: familyOf(key), rest: restOf(key) }));
  const others = [];
  for (const one of named.filter(({ family }) => !kept.includes(family))) {
    // Put down for a plan that never began: forgotten within the hour.
    const forgetsItself = one.family === 'replay-remaining' && (await redis.pttl(one.key)) < hourMs;
    if (!forgetsItself) others.push(one);
  }
  const waiting = others.filter(({ key }) => ownerOfPart(key) === undefined).map(({ key }) => `${key} is not empty`);
  const orphans = others
    .filter(({ key }) => ownerOfPart(key) !== undefined && !records.has(ownerOfPart(key)!))
    .map(({ key }) => `${key} has no task`);
  return [...waiting, ...orphans, ...(await findWrongIndexes(redis, named, records))];
}

async function findWrongIndexes(
  redis: Redis,
  keys: readonly { key: string; family: string; rest: string }[],
  records: Records,
): Promise<string[]> {
  const found = new Map<string, Set<string>>();
  for (const { key, rest } of keys.filter(({ family }) => family === 'by-state'))
    found.set(`${key.slice(0, key.indexOf('}') + 1)}${rest}`, new Set(await redis.zrange(key, '0', '-1')));
  const faults: string[] = [];
  const expected = new Map<string, Set<string>>();
  for (const [id, { state, owner }] of records) {
    for (const index of ['any', state!].flatMap((name) => [name, `${name}:${owner!}`])) {
      const name = `{amo:${id.slice(-1)}}${index}`;
      expected.set(name, (expected.get(name) ?? new Set()).add(id));
    }
  }
  for (const name of new Set([...found.keys(), ...expected.keys()])) {
    const [has, should] = [found.get(name) ?? none, expected.get(name) ?? none];
    for (const id of has) if (!should.has(id)) faults.push(`index ${name} has ${id}, which does not belong there`);
    for (const id of should) if (!has.has(id)) faults.push(`index ${name} lacks ${id}`);
  }
  return faults;
}

const tagEnd = (key: string) => key.indexOf('}:') + 2;
const ownerOfPart = (key: string) => partOfTask.exec(key.slice(tagEnd(key)))?.[1];
const familyOf = (key: string) => key.slice(tagEnd(key)).split(':')[0]!;
const restOf = (key: string) => key.slice(tagEnd(key)).split(':').slice(1).join(':');

/** States in which a task waits for nothing. */
export function hasEnded(state: string | undefined): boolean {
  return (
    taskStates.some((known) => known === state) && !['scheduled', 'queued', 'running', 'retrying'].includes(state!)
  );
}

/** Messages of a queue, those that are locked or scheduled included; its dead letters when asked for. */
export async function peekAll(
  client: ServiceBusClient,
  queue: string,
  subQueueType?: 'deadLetter',
): Promise<ServiceBusReceivedMessage[]> {
  const receiver = client.createReceiver(queue, subQueueType === undefined ? {} : { subQueueType });
  try {
    // Without a number the SDK goes on where the client's last look at the queue ended.
    return await receiver.peekMessages(1_000, { fromSequenceNumber: Long.ONE });
  } finally {
    await receiver.close();
  }
}
