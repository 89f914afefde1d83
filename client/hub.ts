import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { chatMethod as chatMethodName, ChatNews } from '../contracts/chat.ts';
import type {
  eventsMethod as eventsMethodName,
  logsMethod as logsMethodName,
  replaysMethod as replaysMethodName,
} from '../contracts/names.ts';
import type { ReplayProgress } from '../contracts/replay.ts';
import type { TaskEvent } from '../contracts/task-event.ts';
import type { LogNews } from '../contracts/task-log.ts';
import type { ConnectionInfo } from './task-api.ts';

/** Client methods of the hub. Written again here because a browser bundle takes only types from contracts/. */
const eventsMethod = 'events' satisfies typeof eventsMethodName;
const replaysMethod = 'replays' satisfies typeof replaysMethodName;
const logsMethod = 'logs' satisfies typeof logsMethodName;
const chatMethod = 'chat' satisfies typeof chatMethodName;

/** One open connection. */
export interface HubSession {
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

/** Opens a connection that gives what is pushed to `receive`. Rejects when it cannot be opened. */
export type OpenHub = (receive: (events: readonly TaskEvent[]) => void) => Promise<HubSession>;

/** Pushed beside the events. What is missed of the chat, its rooms make up for; of the others nobody does. */
export interface HubNews {
  readonly replay?: (progress: ReplayProgress) => void;
  readonly logs?: (news: readonly LogNews[]) => void;
  readonly chat?: (news: ChatNews) => void;
}

/**
 * Connects to SignalR with what `negotiate` answers. It does not reconnect by itself: a new connection needs a new token.
 * @param news what else is pushed: how far a replay is, and whose logs have grown, now and then; and what happens in the chat
 */
export function signalRHub(negotiate: () => Promise<ConnectionInfo>, news: HubNews = {}): OpenHub {
  return async (receive) => {
    const { url, accessToken } = await negotiate();
    const hub = new HubConnectionBuilder()
      .withUrl(url, { accessTokenFactory: () => accessToken })
      .configureLogging(LogLevel.None)
      .build();
    const closed = new Promise<void>((resolve) => hub.onclose(() => resolve()));
    hub.on(eventsMethod, receive);
    hub.on(replaysMethod, (progress: ReplayProgress) => news.replay?.(progress));
    hub.on(logsMethod, (logs: readonly LogNews[]) => news.logs?.(logs));
    hub.on(chatMethod, (chat: ChatNews) => news.chat?.(chat));
    await hub.start();
    return { closed, stop: () => hub.stop() };
  };
}
