import { app } from '@azure/functions';
import { createMaterializing } from './create-materializing.ts';
import { materializeDue } from './materialize.ts';

/** Each run is submitted two or three visits before its time (`horizonMs`). */
const everyTenSeconds = '*/10 * * * * *';

app.timer('MaterializeSchedules', {
  schedule: everyTenSeconds,
  handler: async (_timer, context) => materializeDue(createMaterializing((...args) => context.log(...args))),
});
