/** The peer's worker. `REDIS_URL` says where its queue is. */
import { Worker } from 'bullmq';
import { concurrency, connection, type EchoJob, type EchoResult, queueName } from './jobs.ts';

const redis = connection(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');
const worker = new Worker<EchoJob, EchoResult>(queueName, async ({ data }) => data, { connection: redis, concurrency });
worker.on('error', (error) => console.error(error));

await worker.waitUntilReady();
process.send?.({ ready: true });
process.on('disconnect', () => process.exit());
