import { app } from '@azure/functions';
import { connectionSettings, endingsTopic, historySubscription } from '../../contracts/names.ts';
import { findHistoryStore } from './get-history-store.ts';
import { recordEndings } from './record-endings.ts';

// One message an invocation, as for the queues: under load a message tells of a hundred tasks, and a poison message of a batch would take
// its neighbours into the dead-letter queue.
app.serviceBusTopic('RecordHistory', {
  topicName: endingsTopic,
  subscriptionName: historySubscription,
  connection: connectionSettings.serviceBus,
  cardinality: 'one',
  handler: async (body) => {
    const store = findHistoryStore();
    if (store === undefined) {
      throw new Error('There is no Table Storage to keep history in: set AzureWebJobsStorage or AzureWebJobsStorage__tableServiceUri.'); // prettier-ignore
    }
    await recordEndings(store, body);
  },
});
