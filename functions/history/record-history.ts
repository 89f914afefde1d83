import { app, type InvocationContext } from '@azure/functions';
import { setTimeout as delay } from 'node:timers/promises';
import { connectionSettings, endingsTopic, historySubscription } from '../../contracts/names.ts';
import type { AppError } from '../errors.ts';
import { explain } from '../http-errors.ts';
import { findHistoryStore } from './get-history-store.ts';
import { recordEndings } from './record-endings.ts';

// One message an invocation, as for the queues: under load a message tells of a hundred tasks, and a poison message of a batch would take
// its neighbours into the dead-letter queue.
app.serviceBusTopic('RecordHistory', {
  topicName: endingsTopic,
  subscriptionName: historySubscription,
  connection: connectionSettings.serviceBus,
  cardinality: 'one',
  handler: async (body, context) => {
    const store = findHistoryStore();
    if (store === undefined) {
      throw new Error('There is no Table Storage to keep history in: set AzureWebJobsStorage or AzureWebJobsStorage__tableServiceUri.'); // prettier-ignore
    }
    await recordEndings(store, body, (ms, why) => {
      warnNowAndThen(context, why);
      return delay(ms);
    });
  },
});

const warnAtMostEveryMs = 10_000;
let warnedAt = 0;

/** Health does not count Table Storage: here is where one reads why history falls behind. */
function warnNowAndThen(context: InvocationContext, why: AppError): void {
  if (Date.now() - warnedAt < warnAtMostEveryMs) return;
  warnedAt = Date.now();
  context.warn('History is kept later:', explain(why));
}
