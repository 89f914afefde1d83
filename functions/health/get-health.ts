import { app } from '@azure/functions';
import type { DependencyHealth, DependencyName, Health } from '../../contracts/health.ts';
import { getRedis } from '../azure/redis.ts';
import { missingRole } from '../azure/missing-role.ts';
import { checkServiceBus } from '../azure/service-bus.ts';
import { checkSignalR } from '../azure/signalr.ts';
import { answering } from '../http-errors.ts';
import { getPayloadBlobs } from '../payloads/get-payload-store.ts';
import { getSettings } from '../settings.ts';
import { version } from '../version.ts';
import { oneAtATime } from './one-at-a-time.ts';

const checks: Record<DependencyName, () => Promise<unknown>> = {
  redis: () => getRedis().ping(),
  'service-bus': checkServiceBus,
  signalr: checkSignalR,
  'blob-storage': () => getPayloadBlobs().check(),
};

// Open to all, for load balancers: it tells nothing of any owner.
app.http('GetHealth', {
  route: 'api/health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async () => {
    const health = await checkAll();
    return { status: health.state === 'up' ? 200 : 503, headers: { 'cache-control': 'no-store' }, jsonBody: health };
  }),
});

/** It asks every service: a flood of requests, which needs no sign-in, must not become a flood there. */
const checkAll = oneAtATime(async (): Promise<Health> => {
  const names = (Object.keys(checks) as DependencyName[]).filter(isNeeded);
  const dependencies = await Promise.all(names.map((name) => check(name)));
  const state = dependencies.every((dependency) => dependency.state === 'up') ? 'up' : 'down';
  return { state, version, at: new Date().toISOString(), dependencies };
});

/** Without write-through only large payloads need Blob Storage. */
function isNeeded(name: DependencyName): boolean {
  return name !== 'blob-storage' || getSettings().PayloadStore === 'redis+blob';
}

const timeoutMs = 3_000;

async function check(name: DependencyName): Promise<DependencyHealth> {
  const started = performance.now();
  const fault = await Promise.race([
    checks[name]().then(
      () => undefined,
      (error: unknown) => missingRole(name, error) ?? noAnswer(name),
    ),
    new Promise<string>((resolve) => setTimeout(resolve, timeoutMs, noAnswer(name)).unref()),
  ]);
  const latencyMs = Math.round((performance.now() - started) * 10) / 10;
  return { name, latencyMs, ...(fault === undefined ? { state: 'up' } : { state: 'down', detail: fault }) };
}

function noAnswer(name: DependencyName): string {
  return `No answer from ${name}: see whether it runs, and whether its connection setting is right.`;
}
