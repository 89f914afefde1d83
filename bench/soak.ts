/**
 * `npm run soak -- [--minutes 10] [--rate 20]`: a steady mixed load through HTTP on a real stack of its own, on loopback. It samples
 * the memory of each process and keeps the books of every task; it asserts nothing and prints what it found.
 */
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { eventsMethod } from '../contracts/names.ts';
import { Api } from '../tests/support/api.ts';
import { startStack } from '../tests/support/stack.ts';
import { Books, percentile } from './soak/books.ts';
import { followEvents, Load } from './soak/load.ts';
import { MemoryLog } from './soak/memory.ts';

/** Bounds: this is for one machine, on which others work as well. */
const [mostMinutes, mostPerSecond] = [240, 200];
const sampleEveryMs = 2_000;
/** Before the first sample: what a process takes once, it takes in here. */
const warmUpMs = 20_000;
const liveClients = 3;
/** How long the last tasks may take to end. */
const patienceMs = 90_000;

const { values: given } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, rate: { type: 'string', default: '20' } },
});
const minutes = Math.min(Number(given.minutes), mostMinutes);
const perSecond = Math.min(Number(given.rate), mostPerSecond);

const stack = await startStack();
const api = new Api(stack.baseUrl);
const [books, memory, over] = [new Books(), new MemoryLog(), new AbortController()];
const load = new Load(api, books, perSecond);
let pushed = 0;
const clients = await Promise.all(Array.from({ length: liveClients }, () => listenLive()));
const following = followEvents(api, books, over.signal);
console.log(
  `Soaking ${stack.baseUrl}: ${minutes} min at ${perSecond} tasks/s, after a warm-up of ${warmUpMs / 1000} s.`,
);

await load.run(warmUpMs);
const startedAt = Date.now();
const sampling = setInterval(() => memory.sample({ ...stack.pids(), soak: process.pid }, Date.now()), sampleEveryMs);
await load.run(minutes * 60_000);
clearInterval(sampling);
const endedAt = Date.now();
for (let waited = 0; books.open.length > 0 && waited < patienceMs; waited += 500) await delay(500);
over.abort();
await following;
report();
await Promise.all(clients.map((client) => client.stop()));
await stack.stop();

async function listenLive() {
  const connection = new HubConnectionBuilder()
    .withUrl(`${stack.baseUrl}/api`)
    .withAutomaticReconnect()
    .configureLogging(LogLevel.Error)
    .build();
  // Braces: a handler that returns something answers the server.
  connection.on(eventsMethod, (events: unknown[]) => {
    pushed += events.length;
  });
  await connection.start();
  return connection;
}

function report(): void {
  const { submitMs, open } = books;
  const at = (share: number) => percentile(submitMs, share).toFixed(0);
  console.log(`\n${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}. Resident memory, MiB:`);
  console.table(memory.table(startedAt, endedAt));
  console.table({ ...books.totals(), 'events pushed to each live client': Math.round(pushed / liveClients) });
  console.log(`Submitting took ${at(0.5)} ms (median), ${at(0.95)} ms (95 %), ${at(0.99)} ms (99 %).`);
  const restarts = stack.logs().match(/started again in/g)?.length ?? 0;
  console.log(`Processes that ended and were started again: ${restarts}.`);
  if (open.length > 0) console.log(`Not ended: ${open.slice(0, 10).join(', ')}`);
}
