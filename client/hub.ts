import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { eventsMethod as eventsMethodName, replaysMethod as replaysMethodName } from '../contracts/names.ts';
import type { ReplayProgress } from '../contracts/replay.ts';
import type { TaskEvent } from '../contracts/task-event.ts';
import type { ConnectionInfo } from './task-api.ts';

/** Client methods of the hub. Written again here because a browser bundle takes only types from contracts/. */
const eventsMethod = 'events' satisfies typeof eventsMethodName;
const replaysMethod = 'replays' satisfies typeof replaysMethodName;

/** One open connection. */
export interface HubSession {
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

/** Opens a connection that gives what is pushed to `receive`. Rejects when it cannot be opened. */
export type OpenHub = (receive: (events: readonly TaskEvent[]) => void) => Promise<HubSession>;

/**
 * Connects to SignalR with what `negotiate` answers. It does not reconnect by itself: a new connection needs a new token.
 * @param receiveReplay told how far a replay is, now and then
 */
export function signalRHub(
  negotiate: () => Promise<ConnectionInfo>,
  receiveReplay: (progress: ReplayProgress) => void = () => undefined,
): OpenHub {
  return async (receive) => {
    const { url, accessToken } = await negotiate();
    const hub = new HubConnectionBuilder()
      .withUrl(url, { accessTokenFactory: () => accessToken })
      .configureLogging(LogLevel.None)
      .build();
    const closed = new Promise<void>((resolve) => hub.onclose(() => resolve()));
    hub.on(eventsMethod, receive);
    hub.on(replaysMethod, receiveReplay);
    await hub.start();
    return { closed, stop: () => hub.stop() };
  };
}
