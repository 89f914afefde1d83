import type { Redis } from 'ioredis';
import * as z from 'zod';
import { freePorts } from '../../local/free-port.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { BlobContainer } from '../azure/blob.ts';
import { TypeSlots } from '../limits/type-slots.ts';
import { PayloadBlobs } from '../payloads/payload-blobs.ts';
import { PayloadStore } from '../payloads/payload-store.ts';
import { defineTaskType, type TaskContext } from '../task-types/define-task-type.ts';
import { echo } from '../task-types/echo.ts';
import type { Engine } from './engine.ts';
import { runAttempt } from './run-attempt.ts';
import { createTaskId } from './task-id.ts';
import { payloadKey, stepsKey } from './task-keys.ts';
import { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();

let payloads: PayloadStore;
let engine: Engine;

beforeAll(async () => {
  redis = testRedis.connect();
  const [nobody] = await freePorts(1);
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:${nobody}/a;`;
  const blobs = new PayloadBlobs(new BlobContainer({ connectionString }, 'payloads'));
  payloads = new PayloadStore({ redis, blobs, writeThrough: false, cacheMs: 1_000, redisLimitBytes: 1_000 });
  engine = {
    store: new TaskStore(redis),
    taskTypes: new Map([['echo', echo]]),
    typeSlots: new TypeSlots(redis, () => 0, 15_000),
    leaseMs: 15_000,
    timeLimitMs: 60_000,
    resultLimitBytes: 1_000_000,
    retry: { firstDelayMs: 100, factor: 2, maxDelayMs: 300_000, jitter: 0 },
    readPayload: async (fields, inHand) => (await payloads.read(fields.id!, fields, inHand))?.toString(),
    send: async () => undefined,
    publish: () => undefined,
    callBack: async () => undefined,
    onStarted: () => undefined,
    log: () => undefined,
    keepLogs: async () => undefined,
    tellLogs: () => undefined,
    createToken: () => 'token',
    random: () => 0.5,
    now: Date.now,
  };
});

/** @param payloadBlob where the record says that the payload lies too */
async function run(change: (id: string) => Promise<unknown>, payloadBlob?: string) {
  return runAttempt(engine, await start(change, payloadBlob), 'token');
}

async function start(change: (id: string) => Promise<unknown> = async () => undefined, payloadBlob?: string) {
  const id = createTaskId('ada', Date.now());
  const base = { id, owner: 'ada', type: 'echo', delivery: 'at-least-once', maxAttempts: 7, lane: 'tasks' } as const;
  const details = { tags: [], priority: 'normal' } as const;
  const stored = await payloads.prepare({ ...base, payload: '{"message":"Hello"}' });
  await engine.store.accept({ ...base, details, ...stored, ...(payloadBlob !== undefined && { payloadBlob }) });
  await change(id);
  const started = await engine.store.start(id, 1, 'token', 15_000);
  if (started.outcome !== 'started') throw new Error(`It was ${started.outcome}.`);
  return started;
}

it('runs with the payload that was accepted', async () => {
  expect(await run(async () => undefined)).toEqual({ kind: 'result', result: '{"message":"Hello"}' });
});

it('gives up for good on a payload that is damaged, or gone', async () => {
  const damaged = await run((id) => redis.set(payloadKey(id), '{"message":"Hallo"}'));
  expect(damaged).toMatchObject({ kind: 'failure', permanent: true, error: { code: 'payload-corrupt' } });
  const gone = await run((id) => redis.del(payloadKey(id)));
  expect(gone).toMatchObject({ kind: 'failure', permanent: true, error: { code: 'payload-missing' } });
});

it('waits, and spends no attempt, while the storage that has the payload is out of reach', async () => {
  const outcome = await run((id) => redis.del(payloadKey(id)), 'tasks/somewhere');
  expect(outcome).toMatchObject({ kind: 'postponed', error: { code: 'dependency-unavailable' }, after: 10_000 });
});

it('has on record what a step did while another one failed', async () => {
  const handler = async ({ step }: TaskContext) => {
    const charge = step('charge', () => new Promise((resolve) => setTimeout(resolve, 100, 'charged')));
    await Promise.all([charge, step('pack', () => Promise.reject(new Error('no stock')))]);
  };
  const parallel = defineTaskType({ name: 'echo', title: '', schema: z.unknown(), example: null, run: handler });
  const started = await start();
  const outcome = await runAttempt({ ...engine, taskTypes: new Map([['echo', parallel]]) }, started, 'token');
  expect(outcome).toMatchObject({ kind: 'failure', error: { message: 'no stock' } });
  expect(await redis.hgetall(stepsKey(started.fields.id!))).toEqual({ charge: '"charged"' });
});
