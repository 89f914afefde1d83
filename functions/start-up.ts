import { app } from '@azure/functions';
import { closeRedis, getPatientRedis, getRedis } from './azure/redis.ts';
import { closeServiceBus } from './azure/service-bus.ts';
import { preparePlanScripts } from './dead-letters/plan-scripts.ts';
import { settlePushes } from './events/publish.ts';
import { getSettings } from './settings.ts';
import { prepareStatsScript } from './stats/read-counts.ts';
import { prepareScripts } from './tasks/scripts.ts';
import { settleWoken } from './tasks/dispatch.ts';

// A missing or wrong setting stops the app here, with its name, and not in the middle of a request.
getSettings();

for (const redis of [getRedis(), getPatientRedis()]) {
  prepareScripts(redis);
  preparePlanScripts(redis);
  prepareStatsScript(redis);
}

app.hook.appTerminate(async () => {
  await settleWoken();
  await settlePushes();
  await Promise.all([closeServiceBus(), closeRedis()]);
});
