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

const latest = { now: 0, sequence: 0 };
const sequenceBits = 12;

/** Counts on within a millisecond, from a random number that leaves room for it (RFC 9562, section 6.2, method 1). */
function sequenceAt(now: number, random: number): string {
  const goesOn = now === latest.now && latest.sequence + 1 < 2 ** sequenceBits;
  latest.sequence = goesOn ? latest.sequence + 1 : random % 2 ** (sequenceBits - 1);
  latest.now = now;
  return latest.sequence.toString(16).padStart(3, '0');
}

/**
 * A UUID version 7 (RFC 9562): sorts by time and, of one process, as they were made, and ends in its owner's partition.
 * @param now milliseconds since 1970
 */
export function createTaskId(owner: string, now: number): string {
  const random = randomBytes(10);
  const time = now.toString(16).padStart(12, '0');
  const bits = random.toString('hex');
  const variant = (8 + (random[2]! % 4)).toString(16);
  const tail = bits.slice(6, 17) + partitionOf(owner);
  const sequence = sequenceAt(now, random.readUInt16BE(8));
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${variant}${bits.slice(3, 6)}-${tail}`;
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
