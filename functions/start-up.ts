import { app } from '@azure/functions';
import { closeRedis } from './azure/redis.ts';
import { closeServiceBus } from './azure/service-bus.ts';
import { settlePushes } from './events/publish.ts';
import { getSettings } from './settings.ts';
import { settleWoken } from './tasks/dispatch.ts';
import { settleUnstarted } from './tasks/unless-started.ts';
import type { Tuning } from './tuning/keep-tuned.ts';
import { startTuning } from './tuning/start-tuning.ts';

// A missing or wrong setting stops the app here, with its name, and not in the middle of a request.
const settings = getSettings();
let tuning: Tuning | undefined;

app.hook.appStart(async () => {
  tuning = await startTuning(settings);
});

app.hook.appTerminate(async () => {
  tuning?.close();
  await settleWoken();
  await settleUnstarted();
  await settlePushes();
  await Promise.all([closeServiceBus(), closeRedis()]);
});
