import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogSync } from './log-sync.ts';

let folder: string;
let file: string;
const failures: unknown[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-sync-'));
  file = join(folder, 'data-wal');
  writeFileSync(file, 'log');
  failures.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (name = file) => new LogSync(name, (error) => failures.push(error));
const durable = (log: LogSync) => new Promise<void>((resolve) => log.whenDurable([resolve]));

it('keeps nobody waiting when nothing was written', () => {
  const log = open();
  let done = false;
  log.whenDurable([() => (done = true)]);
  expect(done).toBe(true);
  log.close();
});

it('tells in order, and only when what was written is on the disk', async () => {
  const log = open();
  const told: string[] = [];
  log.written();
  log.whenDurable([() => told.push('first'), () => told.push('with it')]);
  // Comes while the first sync is under way: it waits for one of its own.
  log.written();
  log.whenDurable([() => told.push('second')]);
  // Nothing was written for this one, but what was before it is not on the disk yet.
  log.whenDurable([() => told.push('after it')]);
  expect(told).toEqual([]);
  await durable(log);
  expect(told).toEqual(['first', 'with it', 'second', 'after it']);
  log.close();
});

it('goes on when somebody writes as soon as they are told', async () => {
  const log = open();
  for (let round = 0; round < 3; round += 1) {
    log.written();
    await durable(log);
  }
  expect(failures).toEqual([]);
  log.close();
});

it('tells nobody that a file is on the disk which cannot be opened', () => {
  const log = open(join(folder, 'missing'));
  let told = false;
  log.written();
  expect(() => log.whenDurable([() => (told = true)])).toThrow(/ENOENT/);
  expect(told).toBe(false);
});

it('tells nobody after it was closed', async () => {
  const log = open();
  let told = false;
  log.written();
  log.whenDurable([() => (told = true)]);
  log.close();
  const other = open();
  other.written();
  await durable(other);
  other.close();
  expect(told).toBe(false);
});
