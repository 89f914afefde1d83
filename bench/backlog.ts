/** Memory of the local broker while a million messages wait in a queue: `node bench/backlog.ts [MESSAGES]`. Needs about 400 MB of disk. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';

const total = Number(process.argv[2] ?? 1_000_000);
const [batchesAtOnce, messagesPerBatch] = [4, 500];
const body = 'x'.repeat(200);
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'backlog-'));

const program = join(root, 'tests/conformance/service-bus/broker-process.ts');
const entities = readFileSync(join(root, 'contracts/service-bus.json'), 'utf8');
const broker = fork(program, [join(folder, 'data.sqlite'), entities]);
const [{ port }] = (await once(broker, 'message')) as [{ port: number }];
const client = new ServiceBusClient(
  `Endpoint=sb://localhost:${port};SharedAccessKeyName=any;SharedAccessKey=YW55;UseDevelopmentEmulator=true;`,
);
const sender = client.createSender('tasks');

/** Resident memory of the broker in MiB, as Linux tells it. */
function memory(): number {
  const status = readFileSync(`/proc/${broker.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

let sent = 0;
async function sendBatch(): Promise<void> {
  await sender.sendMessages(Array.from({ length: messagesPerBatch }, () => ({ body, messageId: `m${sent++}` })));
}

const startedAt = Date.now();
console.log(`0 messages: ${memory()} MiB`);
while (sent < total) {
  await Promise.all(Array.from({ length: batchesAtOnce }, sendBatch));
  const perSecond = Math.round((sent / (Date.now() - startedAt)) * 1000);
  if (sent % 100_000 === 0) console.log(`${sent} messages: ${memory()} MiB, ${perSecond} sent a second`);
}
await client.close();
broker.kill();
rmSync(folder, { recursive: true });
