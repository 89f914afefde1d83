/**
 * The peer's API: Fastify takes jobs, BullMQ queues them, Socket.IO tells their owners. `REDIS_URL` says where; the port goes to the
 * parent process.
 */
import type { AddressInfo } from 'node:net';
import { Queue, QueueEvents } from 'bullmq';
import fastify from 'fastify';
import { Server } from 'socket.io';
import { connection, defaultJobOptions, type EchoJob, type EchoResult, queueName } from './jobs.ts';

const redis = connection(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');
const queue = new Queue<EchoJob, EchoResult, string>(queueName, { connection: redis, defaultJobOptions });
const events = new QueueEvents(queueName, { connection: redis });
const app = fastify({ bodyLimit: 32 * 1024 * 1024 });
const io = new Server(app.server, { transports: ['websocket'], serveClient: false });

io.on('connection', (socket) => void socket.join(String(socket.handshake.auth['user'])));

events.on('completed', ({ jobId, returnvalue }) => {
  const { owner, message } = returnvalue as unknown as EchoResult;
  io.to(owner).emit('completed', { jobId, result: { message } });
});
events.on('failed', ({ jobId, failedReason }) => io.emit('failed', { jobId, failedReason }));

const job = { type: 'object', required: ['message'], properties: { message: {} } } as const;
const accepted = { type: 'object', properties: { id: { type: 'string' } } } as const;

app.post<{ Body: { message: unknown } }>(
  '/jobs',
  { schema: { body: job, response: { 202: accepted } } },
  async (request, reply) => {
    const owner = String(request.headers['x-user']);
    const { id } = await queue.add('echo', { owner, message: request.body.message });
    return reply.code(202).send({ id });
  },
);

app.post<{ Body: { jobs: { message: unknown }[] } }>(
  '/jobs/batch',
  {
    schema: {
      body: {
        type: 'object',
        required: ['jobs'],
        properties: { jobs: { type: 'array', maxItems: 1_000, items: job } },
      },
      response: { 202: { type: 'array', items: accepted } },
    },
  },
  async (request, reply) => {
    const owner = String(request.headers['x-user']);
    const jobs = await queue.addBulk(
      request.body.jobs.map(({ message }) => ({ name: 'echo', data: { owner, message } })),
    );
    return reply.code(202).send(jobs.map(({ id }) => ({ id })));
  },
);

await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
await app.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: (app.server.address() as AddressInfo).port });
process.on('disconnect', () => process.exit());
