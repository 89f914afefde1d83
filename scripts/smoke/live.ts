import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { eventsMethod } from '../../contracts/names.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';
import type { SmokeApi } from './smoke-api.ts';

/** What is pushed while the smoke test runs. */
export interface LiveEvents {
  /** Resolves when this kind of event has been pushed for this task. */
  seen(taskId: string, kind: TaskEvent['kind']): Promise<void>;
  stop(): Promise<void>;
}

/** Connects to SignalR as the web app does. */
export async function watchLive(api: Pick<SmokeApi, 'negotiate'>): Promise<LiveEvents> {
  const { url, accessToken } = await api.negotiate();
  const hub = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => accessToken })
    .configureLogging(LogLevel.None)
    .build();
  const events: TaskEvent[] = [];
  const looks = new Set<() => void>();
  hub.on(eventsMethod, (pushed: readonly TaskEvent[]) => {
    events.push(...pushed);
    for (const look of looks) look();
  });
  await hub.start();
  const seen: LiveEvents['seen'] = (taskId, kind) =>
    new Promise((resolve) => {
      const look = () => {
        if (!events.some((event) => event.taskId === taskId && event.kind === kind)) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
    });
  return { seen, stop: () => hub.stop() };
}
