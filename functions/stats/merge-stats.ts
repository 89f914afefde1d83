import { app } from '@azure/functions';
import { getPatientRedis } from '../azure/redis.ts';
import { mergeCounts } from './read-counts.ts';

const everyMinute = '30 * * * * *';

// Adds up what the task scripts have counted, should nobody ask for statistics.
app.timer('MergeStats', { schedule: everyMinute, handler: () => mergeCounts(getPatientRedis()) });
