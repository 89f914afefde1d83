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
  const engine = createEngine((...args) => context.log(...args));
  const day = 24 * 60 * 60 * 1000;
  await expireInTime(engine, getPatientRedis(), engine.now());
  await sweepTasks(engine, getPatientRedis(), {
    retentionMs: getSettings().RetentionDays * day,
    deleteBlob: (name) => getPayloadStore().discard({ payloadBlob: name }),
  });
  await sweepPlans(createPlanDriver((...args) => context.log(...args)));
  await removeObsoleteMessages(
    getPatientRedis(),
    lanes.map(
      ({ queue }) =>
        () =>
          openDeadLetters(queue),
    ),
  );
  await removeDeadPlanMessages(() => openDeadLetters(replayQueue));
  for (const { queue } of lanes) await sweepDeadLetters(engine, queue, peekDeadLetters);
}
