import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const keyBytes = 32;

/** A random key kept in a file of the data folder, made on first use and readable by its owner only. */
export async function readOrCreateSecret(file: string): Promise<Buffer> {
  const stored = await readFile(file).catch(() => undefined);
  if (stored?.length === keyBytes) return stored;
  const key = randomBytes(keyBytes);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
