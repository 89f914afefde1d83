import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceBusClient } from '@azure/service-bus';
import Long from 'long';
import { onlyHere } from './namespace.ts';
import { type ServicesProcess, startServices } from './services-process.ts';

const FILE = 'service-bus.sqlite';
const COUNT = 300;

let root: string;
let folders = 0;
let running: ServicesProcess[] = [];

beforeEach(() => (running = []));
afterEach(async () => {
  for (const services of running) await services.stop('SIGKILL');
});

async function start(folder: string): Promise<ServicesProcess> {
  const services = await startServices(folder);
  running.push(services);
  return services;
}

async function fill(client: ServiceBusClient): Promise<void> {
  const sender = client.createSender('plain');
  const bodies = Array.from({ length: COUNT }, (_, index) => ({ body: `${index} ${'x'.repeat(300)}` }));
  for (let at = 0; at < COUNT; at += 50) await sender.sendMessages(bodies.slice(at, at + 50));
}

async function peekedNumbers(client: ServiceBusClient): Promise<number[]> {
  const numbers: number[] = [];
  const receiver = client.createReceiver('plain');
  for (;;) {
    const fromSequenceNumber = Long.fromNumber((numbers.at(-1) ?? 0) + 1);
    const messages = await receiver.peekMessages(200, { fromSequenceNumber });
    if (messages.length === 0) return numbers;
    numbers.push(...messages.map(({ sequenceNumber }) => Number(sequenceNumber)));
  }
}

/** A copy of a data folder, damaged. */
function copyOf(original: string, damage: (file: string) => void): string {
  const folder = join(root, `copy ${folders++}`);
  cpSync(original, folder, { recursive: true });
  damage(join(folder, FILE));
  return folder;
}

function change(file: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  edit(bytes);
  writeFileSync(file, bytes);
}

onlyHere('after a crash', () => {
  let crashed: string;
  let highest: number;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'damage-'));
    crashed = join(root, 'crashed');
    const services = await startServices(crashed);
    await fill(services.client);
    highest = Math.max(...(await peekedNumbers(services.client)));
    await services.stop('SIGKILL');
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true }));

  it('all that was acknowledged is there, and nothing is said', async () => {
    const { client, output } = await start(copyOf(crashed, () => undefined));
    expect(await peekedNumbers(client)).toHaveLength(COUNT);
    expect(output()).toBe('');
  });

  it.each<[string, (log: string) => void]>([
    ['is missing', (log) => rmSync(log)],
    ['is damaged', (log) => writeFileSync(log, Buffer.alloc(100_000, 7))],
    ['is damaged', (log) => truncateSync(log, statSync(log).size / 2)],
    ['is damaged', (log) => truncateSync(log, statSync(log).size - 100)],
    ['is damaged', (log) => change(log, (bytes) => bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 4))],
  ])('with a log that %s (%#) it says so, and gives no sequence number twice', async (what, damage) => {
    const folder = copyOf(crashed, (file) => damage(`${file}-wal`));
    const { client, output } = await start(folder);
    expect(output()).toContain(`${join(folder, FILE)}-wal, which holds what was written last, ${what}:`);
    expect(output().trim().split('\n')).toHaveLength(1);
    await client.createSender('plain').sendMessages({ body: 'new' });
    const numbers = await peekedNumbers(client);
    expect(numbers.at(-1)).toBeGreaterThan(highest);
    expect(numbers.length).toBeLessThan(COUNT + 1);
  });

  it('the same is not said again once it has gone well', async () => {
    const folder = copyOf(crashed, (file) => rmSync(`${file}-wal`));
    await (await start(folder)).stop('SIGTERM');
    expect((await start(folder)).output()).toBe('');
  });

  it('without the file that its log belongs to, it does not start', async () => {
    const folder = copyOf(crashed, (file) => rmSync(file));
    const { ended, output } = await start(folder);
    expect(await ended).toBe(1);
    const file = join(folder, FILE);
    expect(output()).toBe(
      `The Service Bus data file ${file} is missing, though its log ${file}-wal is there: put it back, or move the log away to start empty.\n`,
    );
  });
});

onlyHere('a data file that is damaged', () => {
  let sound: string;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'damage-'));
    sound = join(root, 'sound');
    const services = await startServices(sound);
    await fill(services.client);
    await services.stop('SIGTERM');
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true }));

  const page = 4096;
  it.each<[string, (bytes: Buffer) => void]>([
    ['at its beginning', (bytes) => bytes.fill(0xff, 0, 16)],
    ['in its schema', (bytes) => bytes.fill(0xff, 2000, 3500)],
    [
      'in the head of each page',
      (bytes) => bytes.forEach((_, at) => at > page && at % page < 12 && (bytes[at] = 0xff)),
    ],
    ['in the middle', (bytes) => bytes.fill(0xff, page * 5, bytes.length - page * 5)],
  ])('%s ends the program with one sentence that names it and says what to do', async (_where, edit) => {
    const folder = copyOf(sound, (file) => change(file, edit));
    const { client, ended, output } = await start(folder);
    // Damage in a part that is not read at the start is found by who asks for it.
    const asked = peekedNumbers(client).catch(() => undefined);
    expect(await ended).toBe(1);
    await asked;
    expect(output()).toContain(`The Service Bus data file ${join(folder, FILE)} `);
    expect(output()).toContain(`and start again with an empty one. The messages in it are lost.`);
    expect(output().trim().split('\n')).toHaveLength(1);
  });
});
