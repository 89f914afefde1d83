import { app } from '@azure/functions';
import { endingsTopic, historySubscription } from '../../contracts/names.ts';
import { openSubscriptionDeadLetters } from '../azure/service-bus.ts';
import { getSettings } from '../settings.ts';
import { findHistoryStore } from './get-history-store.ts';
import { recordDeadLetters } from './record-dead-letters.ts';

const hourly = '0 37 * * * *';
const dayMs = 24 * 60 * 60 * 1000;

app.timer('SweepHistory', {
  schedule: hourly,
  handler: async (_timer, context) => {
    const store = findHistoryStore();
    if (store === undefined) return;
    const months = await store.forgetBefore(Date.now() - getSettings().HistoryRetentionDays * dayMs);
    if (months.length > 0) context.log(`History has forgotten ${months.join(', ')}.`);
    const left = await recordDeadLetters(store, openSubscriptionDeadLetters(endingsTopic, historySubscription));
    if (left > 0) context.warn(`The dead-letter queue of ${endingsTopic}/${historySubscription} has messages that history cannot read: see docs/runbook.md.`); // prettier-ignore
  },
});
