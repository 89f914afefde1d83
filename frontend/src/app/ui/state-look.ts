import type { TaskState } from '../../../../contracts/task-states.ts';
import type { IconName } from './icon.ts';

export interface StateLook {
  readonly word: string;
  readonly icon: IconName;
  /** A CSS colour. */
  readonly color: string;
}

/** How a state is shown, everywhere: word, picture and colour together. In the order of a task's life. */
export const stateLooks: Readonly<Record<TaskState, StateLook>> = {
  scheduled: { word: $localize`:state:Scheduled`, icon: 'clock', color: 'var(--state-scheduled)' },
  queued: { word: $localize`:state:Queued`, icon: 'tray', color: 'var(--state-queued)' },
  running: { word: $localize`:state:Running`, icon: 'spinner', color: 'var(--state-running)' },
  retrying: { word: $localize`:state:Retrying`, icon: 'retry', color: 'var(--state-retrying)' },
  completed: { word: $localize`:state:Completed`, icon: 'check', color: 'var(--state-completed)' },
  'dead-lettered': { word: $localize`:state:Dead-lettered`, icon: 'stop', color: 'var(--state-dead-lettered)' },
  cancelled: { word: $localize`:state:Cancelled`, icon: 'dash', color: 'var(--state-cancelled)' },
  expired: { word: $localize`:state:Expired`, icon: 'hourglass', color: 'var(--state-expired)' },
};

export const statesInOrder = Object.keys(stateLooks) as readonly TaskState[];
/** What a task can have ended as. */
export const endedStates = ['completed', 'dead-lettered', 'cancelled', 'expired'] as const satisfies TaskState[];
