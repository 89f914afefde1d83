import { app } from '@azure/functions';
import { getSettings } from '../settings.ts';
import { createMaterializing } from './create-materializing.ts';
import { materializeDue } from './materialize.ts';

/** Each run is submitted two or three visits before its time (`horizonMs`). */
const everyTenSeconds = '*/10 * * * * *';

app.timer('MaterializeSchedules', {
  schedule: everyTenSeconds,
  handler: async (_timer, context) => {
    // What is missed meanwhile is dealt with as each schedule says of missed runs.
    if (!getSettings().RunSchedules) return;
    await materializeDue(createMaterializing((...args) => context.log(...args)));
  },
});
