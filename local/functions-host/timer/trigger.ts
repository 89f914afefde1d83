import { resolveSettings, setting } from '../binding-expressions.ts';
import type { TypedData } from '../core-types.ts';
import { describeError } from '../function-runner.ts';
import type { Trigger, TriggerContext, TriggeredFunction } from '../trigger.ts';
import { createWorkInHand } from '../work-in-hand.ts';
import { parseSchedule } from './schedule.ts';
import { withRetries } from './retry.ts';
import { afterRun, createTimerStatusStore, startFrom, type TimerStatus } from './status.ts';

/** `setTimeout` takes 24.8 days at most: longer waits are taken in steps. */
const longestWaitMs = 24 * 24 * 60 * 60 * 1000;

/** A run outside the schedule. */
type Reason = 'pastDue' | 'startup' | undefined;

/**
 * A timer: runs on its schedule, never beside itself. With a monitor (unless it runs more than once a minute) it keeps its status over
 * restarts and makes up at start for what it missed, once.
 */
export function startTimerTrigger(context: TriggerContext, triggered: TriggeredFunction): Trigger {
  const { binding, bindingName, registered } = triggered;
  const functionName = registered.metadata.name;
  const schedule = parseSchedule(
    resolveSettings(String(binding['schedule']), context.environment),
    timeZoneOf(context),
  );
  const store =
    binding['useMonitor'] === false || schedule.isFrequent ? undefined : createTimerStatusStore(context.dataFolder);
  const inHand = createWorkInHand();
  let timer: NodeJS.Timeout | undefined;
  let status: TimerStatus;
  const stopping = new AbortController();

  const start = (work: () => Promise<void>) => {
    inHand
      .track(work)
      .catch((error: unknown) => context.log.error(`The timer stopped: ${describeError(error)}`, { functionName }));
  };

  const begin = async () => {
    const from = startFrom(await store?.read(functionName), schedule, new Date());
    status = from.status;
    await store?.write(functionName, status);
    if (from.isPastDue) await fire('pastDue');
    else if (binding['runOnStartup'] === true) await fire('startup');
    else wait();
  };

  const wait = () => {
    if (stopping.signal.aborted) return;
    const milliseconds = new Date(status.next).getTime() - Date.now();
    const step = Math.min(Math.max(milliseconds, 1), longestWaitMs);
    timer = setTimeout(() => (milliseconds > longestWaitMs ? wait() : start(() => fire(undefined))), step);
  };

  const fire = async (reason: Reason) => {
    const ranAt = new Date();
    try {
      const trigger = { name: bindingName, data: timerInfo(store && status, reason === 'pastDue') };
      await withRetries(registered.metadata.retryOptions, stopping.signal, (retryContext) =>
        context.runner.run({ function: registered, trigger, bindingData: {}, retryContext }),
      );
    } catch {
      // Logged with the invocation; a timer goes on.
    }
    status = afterRun(status, schedule, ranAt, reason === undefined);
    await store?.write(functionName, status);
    wait();
  };

  start(begin);
  return {
    pause: async () => {
      stopping.abort();
      clearTimeout(timer);
    },
    settled: () => inHand.settled(),
    close: async () => undefined,
  };
}

/** Azure runs timers in UTC unless one of these settings names another zone. */
function timeZoneOf({ environment }: TriggerContext): string {
  return setting(environment, 'WEBSITE_TIME_ZONE') || setting(environment, 'TZ') || 'UTC';
}

/** What a timer gets that is run by hand. */
export function unscheduledRun(): TypedData {
  return timerInfo(undefined, false);
}

/** .NET's `DateTime.MinValue`: a timer that has never run. */
const never = '0001-01-01T00:00:00+00:00';

function timerInfo(status: TimerStatus | undefined, isPastDue: boolean): TypedData {
  const time = (text: string) => text.replace(/Z$/, '+00:00');
  const scheduleStatus = status && {
    Last: status.last === undefined ? never : time(status.last),
    Next: time(status.next),
    LastUpdated: time(status.updated),
  };
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: scheduleStatus ?? null,
      IsPastDue: isPastDue,
    }),
  };
}
