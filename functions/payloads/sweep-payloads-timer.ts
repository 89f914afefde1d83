import { app } from '@azure/functions';
import { getPatientRedis } from '../azure/redis.ts';
import { getSettings } from '../settings.ts';
import { findPayloadBlobs } from './get-payload-store.ts';
import { sweepPayloads } from './sweep-payloads.ts';

const hourly = '0 17 * * * *';
const day = 24 * 60 * 60 * 1000;

app.timer('SweepPayloads', {
  schedule: hourly,
  handler: async (_timer, context) => {
    const blobs = findPayloadBlobs();
    if (blobs === undefined) return;
    await sweepPayloads({
      blobs,
      redis: getPatientRedis(),
      retentionMs: getSettings().RetentionDays * day,
      log: (...args) => context.log(...args),
      now: Date.now(),
    });
  },
});
