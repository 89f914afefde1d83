import { app, type InvocationContext } from '@azure/functions';
import { replayQueue } from '../../contracts/names.ts';
import { getPatientRedis } from '../azure/redis.ts';
import { openDeadLetters, peekDeadLetters } from '../azure/service-bus.ts';
import { getPayloadStore } from '../payloads/get-payload-store.ts';
import { createPlanDriver } from '../dead-letters/replaying.ts';
import { removeDeadPlanMessages, sweepPlans } from '../dead-letters/sweep-plans.ts';
import { getRelaying, pacing } from '../history/relay-endings.ts';
import { relayLeftovers } from '../history/relay.ts';
import { getSettings } from '../settings.ts';
import { createEngine } from './engine.ts';
import { expireInTime } from './expire-in-time.ts';
import { inTurn } from './in-turn.ts';
import { lanes } from './lanes.ts';
import { sweepTasks } from './sweep-tasks.ts';
import { removeObsoleteMessages } from './remove-obsolete-messages.ts';
import { sweepDeadLetters } from './sweep-dead-letters.ts';

/** `sweepEveryMs` says so too. */
const everyTenSeconds = '*/10 * * * * *';

// Finds what fell between two steps when a process died, and puts it right.
app.timer('Sweep', {
  schedule: everyTenSeconds,
  handler: async (_timer, context) => {
    // Side by side: what keeps the one keeps nothing from the other.
    const swept = await Promise.allSettled([sweep(context), relayLeftovers(getRelaying(), Date.now(), pacing())]);
    for (const outcome of swept) if (outcome.status === 'rejected') throw outcome.reason;
  },
});

async function sweep(context: InvocationContext): Promise<void> {
  const log = (...args: unknown[]) => context.log(...args);
  const engine = createEngine(log);
  const day = 24 * 60 * 60 * 1000;
  const parts = [
    () => expireInTime(engine, getPatientRedis(), engine.now()),
    () =>
      sweepTasks(engine, getPatientRedis(), {
        retentionMs: getSettings().RetentionDays * day,
        deleteBlob: (name) => getPayloadStore().discard({ payloadBlob: name }),
      }),
    () => sweepPlans(createPlanDriver(log)),
    () =>
      removeObsoleteMessages(
        getPatientRedis(),
        lanes.map(
          ({ queue }) =>
            () =>
              openDeadLetters(queue),
        ),
      ),
    () => removeDeadPlanMessages(() => openDeadLetters(replayQueue)),
    ...lanes.map(
      ({ queue }) =>
        () =>
          sweepDeadLetters(engine, queue, peekDeadLetters),
    ),
  ];
  await inTurn(parts);
}
