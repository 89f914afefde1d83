import type { ReplayPlan } from '../../../../contracts/replay.ts';
import type { RefusalReason } from '../../../../contracts/dead-letters.ts';
import type { IconName } from '../ui/icon.ts';
import { formatNumber } from '../ui/number.ts';

export interface PlanOptions {
  readonly canary?: number | undefined;
  readonly ratePerSecond?: number | undefined;
  /** 0 to 1. */
  readonly stopAtFailureRate?: number | undefined;
  readonly patch?: readonly unknown[] | undefined;
}

const count = formatNumber;

/** `812 tasks · canary of 10 · then 50 a second · stops if more than 20 % fail again`. */
export function planWords(tasks: number, { canary, ratePerSecond, stopAtFailureRate, patch }: PlanOptions): string {
  const isCanary = canary !== undefined && canary < tasks;
  return [
    tasks === 1 ? $localize`1 task` : $localize`${count(tasks)}:tasks: tasks`,
    ...(patch === undefined || patch.length === 0 ? [] : [$localize`payloads edited`]),
    ...(isCanary ? [$localize`canary of ${count(canary)}:tasks:`] : []),
    paceWords(isCanary, ratePerSecond),
    stopWords(isCanary, stopAtFailureRate),
  ].join(' · ');
}

function paceWords(isCanary: boolean, rate: number | undefined): string {
  if (rate === undefined) return isCanary ? $localize`then all at once` : $localize`all at once`;
  return isCanary ? $localize`then ${count(rate)}:rate: a second` : $localize`${count(rate)}:rate: a second`;
}

function stopWords(isCanary: boolean, share: number | undefined): string {
  if (share !== undefined) return $localize`stops if more than ${Math.round(share * 100)}:percent: % fail again`;
  return isCanary ? $localize`stops if one of the canary fails again` : $localize`nothing stops it by itself`;
}

interface PlanLook {
  readonly word: string;
  readonly icon: IconName;
  readonly color: string;
}

export const planLooks: Readonly<Record<ReplayPlan['state'], PlanLook>> = {
  running: { word: $localize`Running`, icon: 'spinner', color: 'var(--state-running)' },
  paused: { word: $localize`Paused`, icon: 'pause', color: 'var(--state-scheduled)' },
  stopped: { word: $localize`Stopped`, icon: 'stop', color: 'var(--state-dead-lettered)' },
  completed: { word: $localize`Done`, icon: 'check', color: 'var(--state-completed)' },
};

export const refusalWords: Readonly<Record<RefusalReason, string>> = {
  'not-found': $localize`Not there, or not yours`,
  'not-dead-lettered': $localize`No dead letter any more`,
  'payload-missing': $localize`Its payload is no longer kept`,
  'payload-corrupt': $localize`Its payload is damaged`,
  'patch-failed': $localize`The edit does not apply to its payload`,
  'invalid-payload': $localize`The edited payload does not fit the task type`,
  'payload-too-large': $localize`The edited payload is too large`,
  'unknown-type': $localize`Its task type is gone`,
};

/** Reasons by how often they were given. */
export function reasonsOf(
  counts: Readonly<Partial<Record<RefusalReason, number>>>,
): { readonly reason: RefusalReason; readonly word: string; readonly count: number }[] {
  return (Object.entries(counts) as [RefusalReason, number][])
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => ({ reason, word: refusalWords[reason], count }));
}

/** What a running plan waits for. */
export function waitingWords({ state, waitingFor, outstanding, canary = 0 }: ReplayPlan): string {
  if (state === 'paused') return $localize`Nothing more is replayed until it is resumed.`;
  if (state !== 'running') return '';
  switch (waitingFor) {
    case 'canary':
      return outstanding === 1
        ? $localize`The canary is out: 1 of ${count(canary)}:all: has yet to end.`
        : $localize`The canary is out: ${count(outstanding)}:tasks: of ${count(canary)}:all: have yet to end.`;
    case 'rate':
      return $localize`It replays at the rate that was asked for.`;
    case 'outcomes':
      return outstanding === 1
        ? $localize`All are on their way; 1 has yet to end.`
        : $localize`All are on their way; ${count(outstanding)}:tasks: have yet to end.`;
    default:
      return $localize`It replays as fast as it can.`;
  }
}
