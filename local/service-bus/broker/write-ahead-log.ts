import { readFileSync } from 'node:fs';

/**
 * What stands in a database's `-wal` file, where SQLite keeps what was written last. SQLite itself says nothing when a part of it is gone:
 * it takes what comes before the damage for all there is.
 * `none`: there is no such file, as after a clean stop. `damaged`: something that was written whole is not whole any more.
 * @see https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export type LogState = 'none' | 'sound' | 'damaged';

const HEADER = 32;
const FRAME_HEADER = 24;
/** The magic number's last bit says in which byte order the checksums are computed. */
const MAGIC = 0x377f0682;

export function inspectLog(file: string): LogState {
  const log = read(file);
  if (!log) return 'none';
  if (log.length < HEADER || (log.readUInt32BE(0) & ~1) >>> 0 !== MAGIC) return 'damaged';
  const sum = checksumOf(log);
  const header = sum([0, 0], 0, HEADER - 8);
  if (!equal(header, log, HEADER - 8)) return 'damaged';
  return framesAreSound(log, sum, header) ? 'sound' : 'damaged';
}

type Checksum = readonly [number, number];
type Sum = (seed: Checksum, from: number, length: number) => Checksum;

/**
 * A killed process leaves at most one frame that is not whole, the last one: with its header but without its page. Anything else that
 * belongs to this log (bears its salts) and is behind what is whole was written whole once.
 */
function framesAreSound(log: Buffer, sum: Sum, header: Checksum): boolean {
  const size = FRAME_HEADER + log.readUInt32BE(8);
  let at = HEADER;
  for (let seed = header; at + size <= log.length && hasSalts(log, at); at += size) {
    seed = sum(sum(seed, at, 8), at + FRAME_HEADER, size - FRAME_HEADER);
    if (!equal(seed, log, at + 16)) break;
  }
  for (let next = at + size; next + FRAME_HEADER <= log.length; next += size) if (hasSalts(log, next)) return false;
  const rest = log.length - at;
  return rest >= size || rest === 0 || rest === FRAME_HEADER || !hasSalts(log, at);
}

function hasSalts(log: Buffer, frame: number): boolean {
  return frame + 16 > log.length || log.compare(log, 16, 24, frame + 8, frame + 16) === 0;
}

function equal([first, second]: Checksum, log: Buffer, at: number): boolean {
  return log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;
}

function checksumOf(log: Buffer): Sum {
  const isBigEndian = (log.readUInt32BE(0) & 1) === 1;
  const word = (at: number) => (isBigEndian ? log.readUInt32BE(at) : log.readUInt32LE(at));
  return ([first, second], from, length) => {
    for (let at = from; at < from + length; at += 8) {
      first = (first + word(at) + second) >>> 0;
      second = (second + word(at + 4) + first) >>> 0;
    }
    return [first, second];
  };
}

/** An empty file is one that was made and never written. */
function read(file: string): Buffer | undefined {
  try {
    const log = readFileSync(file);
    return log.length === 0 ? undefined : log;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
