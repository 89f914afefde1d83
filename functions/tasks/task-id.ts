import { createHash, randomBytes } from 'node:crypto';

const partitions = 16;
const partitionOfOwner = new Map<string, string>();
const rememberedOwners = 10_000;

/** The partition an owner's keys live in, `0` to `f`. Keys of one partition share a hash tag. */
export function partitionOf(owner: string): string {
  let partition = partitionOfOwner.get(owner);
  if (partition === undefined) {
    const hash = createHash('sha256').update(owner).digest();
    partition = ((hash[0] ?? 0) % partitions).toString(16);
    if (partitionOfOwner.size >= rememberedOwners) partitionOfOwner.clear();
    partitionOfOwner.set(owner, partition);
  }
  return partition;
}

export const allPartitions = Array.from({ length: partitions }, (_, n) => n.toString(16));

const taskIdPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isTaskId(text: string): boolean {
  return taskIdPattern.test(text);
}

/** Its last digit is the partition, so that a task is found by its ID alone. */
export function partitionOfTask(id: string): string {
  return id.slice(-1);
}

/**
 * A UUID version 7 (RFC 9562): sorts by time, and ends in its owner's partition.
 * @param now milliseconds since 1970
 */
export function createTaskId(owner: string, now: number, random: Buffer = randomBytes(10)): string {
  const time = now.toString(16).padStart(12, '0');
  const bits = random.toString('hex');
  const variant = (8 + ((random[2] ?? 0) % 4)).toString(16);
  const tail = bits.slice(6, 17).padStart(11, '0') + partitionOf(owner);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${bits.slice(0, 3)}-${variant}${bits.slice(3, 6)}-${tail}`;
}

/** Milliseconds since 1970. */
export function timeOfTaskId(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The smallest ID that a task created at this time can have: a bound for ranges of IDs. */
export function firstTaskIdAt(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
