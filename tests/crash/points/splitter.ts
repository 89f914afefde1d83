/** A piece of what a client wrote, which is forwarded as a whole or not at all. */
export interface Part {
  readonly bytes: Buffer;
  /** What it asks for; undefined where it concerns no task: connecting, flow control, looking around. */
  readonly operation?: string;
}

/** Takes what arrives on one connection, and gives out the parts that are complete. */
export type Splitter = (chunk: Buffer) => Part[];

/** @param take the first part of the bytes and its length, or undefined when it is not complete */
export function splitter(take: (bytes: Buffer) => Part | undefined): Splitter {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    const parts: Part[] = [];
    for (let part = take(waiting); part !== undefined; part = take(waiting)) {
      parts.push(part);
      waiting = waiting.subarray(part.bytes.length);
    }
    return parts;
  };
}
