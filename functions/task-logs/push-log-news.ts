import { logsMethod, operatorsGroup } from '../../contracts/names.ts';
import type { LogNews } from '../../contracts/task-log.ts';
import { sendToClients, type Target } from '../azure/signalr.ts';
import { outgoing } from '../events/outgoing.ts';

/** At most this often to each owner's browsers, and to the operators', for all tasks together. */
const spacingMs = 250;
/** Some 60 bytes each. */
const newsPerSend = 1_000;

/**
 * Tells an owner's browsers and the operators that a task's log has grown, without keeping the caller waiting. News that is lost is
 * not made up for: the next says more, and so does the end of the attempt.
 */
export function logNewsPush(send = sendToClients): (owner: string, news: LogNews) => void {
  const add = outgoing<LogNews>((target, news) => send(target, logsMethod, [news]), () => ({ items: newsPerSend, pauseMs: spacingMs })); // prettier-ignore
  return (owner, news) => {
    const targets: Target[] = [{ user: owner }, { group: operatorsGroup }];
    for (const target of targets) add(target, news).catch(() => undefined);
  };
}

export const pushLogNews = logNewsPush();
