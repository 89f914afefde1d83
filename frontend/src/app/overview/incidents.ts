import type { DeadLetterGroup } from '../../../../contracts/dead-letters.ts';
import type { Health } from '../../../../contracts/health.ts';
import type { ReplayPlan } from '../../../../contracts/replay.ts';
import type { IconName } from '../ui/icon.ts';
import { dependencyWords } from './health.ts';
import { serverText } from '../ui/server-text.ts';
import { formatNumber } from '../ui/number.ts';

export interface Incident {
  readonly id: string;
  readonly icon: IconName;
  readonly text: string;
  /** More of it, where there is more to say. */
  readonly detail: string;
  /** When it began or happened. ISO 8601. */
  readonly at: string;
  /** Where to go on looking. */
  readonly link?: readonly string[];
}

const mostShown = 8;

/**
 * What was out of the ordinary within a window, newest first: failures for good by when they were first seen, replays that were stopped,
 * and what does not answer now.
 * @param from where the window begins, ISO 8601
 */
export function incidentsOf(
  from: string,
  groups: readonly DeadLetterGroup[],
  replays: readonly ReplayPlan[],
  health: Health | undefined,
): Incident[] {
  const all = [...downNow(health), ...groups.map(ofGroup), ...replays.flatMap(ofReplay)];
  return all
    .filter(({ at }) => at >= from)
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, mostShown);
}

function downNow(health: Health | undefined): Incident[] {
  return (health?.dependencies ?? [])
    .filter(({ state }) => state === 'down')
    .map(({ name, detail = '' }) => ({
      id: name,
      icon: 'alert',
      text: $localize`${dependencyWords[name]}:dependency: does not answer`,
      detail,
      at: health!.at,
    }));
}

function ofGroup({ group, message, code, count, firstAt, lastAt }: DeadLetterGroup): Incident {
  return {
    id: group,
    icon: 'stop',
    text: message === '' ? code : serverText(message),
    detail:
      count === 1 ? $localize`1 task failed for good` : $localize`${formatNumber(count)}:count: tasks failed for good`,
    at: firstAt > lastAt ? lastAt : firstAt,
    link: ['/dead-letters/groups', group],
  };
}

function ofReplay({ id, state, reason, finishedAt, createdAt }: ReplayPlan): Incident[] {
  if (state !== 'stopped') return [];
  return [
    {
      id,
      icon: 'retry',
      text: $localize`A replay was stopped`,
      detail: reason ?? '',
      at: finishedAt ?? createdAt,
      link: ['/dead-letters/replays', id],
    },
  ];
}
