import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../../local/redis.ts';
import { Completions } from './completions.ts';
import type { Contestant, Owner } from './contestant.ts';
import { HttpClient } from './http-client.ts';
import { openSocketIo } from './socket-io-socket.ts';

const programs = join(import.meta.dirname, '../peers/fastify-bullmq');

/** Fastify, BullMQ and Socket.IO: an API, a worker, and a Redis of their own with the settings of ours. */
export async function startPeer(): Promise<Contestant> {
  const folder = mkdtempSync(join(tmpdir(), 'peer-'));
  const redis = await startRedis({ port: 0, dataDir: folder });
  const [api, [{ port }]] = await start<{ port: number }>('api.ts', redis.url);
  const [worker] = await start('worker.ts', redis.url);
  const http = new HttpClient(`http://127.0.0.1:${port}`);
  return {
    name: 'peer',
    processes: { API: api.pid ?? 0, worker: worker.pid ?? 0, Redis: redis.process.pid ?? 0 },
    connect: (owner) => connect(`http://127.0.0.1:${port}`, http, owner),
    async stop() {
      http.close();
      for (const child of [api, worker]) {
        child.kill();
        await once(child, 'exit');
      }
      await redis.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start<Message>(program: string, redisUrl: string): Promise<[ChildProcess, [Message]]> {
  const child = fork(join(programs, program), { env: { ...process.env, REDIS_URL: redisUrl, NODE_ENV: 'production' } });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`The peer's ${program} ended at its start.`)));
  ended.catch(() => undefined);
  return [child, (await Promise.race([once(child, 'message'), ended])) as [Message]];
}

async function connect(baseUrl: string, http: HttpClient, owner: string): Promise<Owner> {
  const headers = { 'x-user': owner };
  const completions = new Completions();
  const close = await openSocketIo(baseUrl, { user: owner }, (name, value) => {
    if (name === 'completed') completions.see((value as { jobId: string }).jobId);
  });
  return {
    close,
    completed: (id) => completions.wait(id),
    submit: async (message) => (await http.submit<{ id: string }>('/jobs', headers, { message })).id,
    async submitBatch(messages) {
      const jobs = messages.map((message) => ({ message }));
      const accepted = await http.submit<{ id: string }[]>('/jobs/batch', headers, { jobs });
      return accepted.map(({ id }) => id);
    },
  };
}
