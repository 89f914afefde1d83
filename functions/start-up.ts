import { app } from '@azure/functions';
import { closeRedis } from './azure/redis.ts';
import { closeServiceBus } from './azure/service-bus.ts';
import { settlePushes } from './events/publish.ts';
import { settleRelays } from './history/relay-endings.ts';
import { getSettings } from './settings.ts';
import { settleWoken } from './tasks/dispatch.ts';
import { settleUnstarted } from './tasks/unless-started.ts';
import { startTracing } from './telemetry/start-tracing.ts';
import type { Tracing } from './telemetry/traced.ts';
import type { Tuning } from './tuning/keep-tuned.ts';
import { startTuning } from './tuning/start-tuning.ts';

// A missing or wrong setting stops the app here, with its name, and not in the middle of a request.
const settings = getSettings();
let tuning: Tuning | undefined;
let tracing: Tracing | undefined;

app.hook.appStart(async () => {
  [tracing, tuning] = await Promise.all([startTracing(settings), startTuning(settings)]);
});

app.hook.appTerminate(async () => {
  tuning?.close();
  await settleWoken();
  await settleUnstarted();
  await settlePushes();
  await settleRelays();
  await Promise.all([closeServiceBus(), closeRedis(), tracing?.close()]);
});
