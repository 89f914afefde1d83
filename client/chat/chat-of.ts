import type { Observable } from 'rxjs';
import type { SendRequest } from '../request.ts';
import type { TaskClient } from '../task-client.ts';
import { ChatApi } from './chat-api.ts';
import { ChatClient, type ChatSources } from './chat-client.ts';

/** What the chat needs of a task client. */
export type ChatConnection = Omit<ChatSources, 'api'> & {
  readonly send: SendRequest;
  /** Emits when the client ends all that is watched. */
  readonly stops$: Observable<unknown>;
};

const known = new WeakMap<TaskClient, ChatClient>();

/** Rooms of people, over the connection of a task client: always the same chat for the same client. It ends when the client is stopped. */
export function chatOf(client: TaskClient): ChatClient {
  const there = known.get(client);
  if (there !== undefined) return there;
  const { send, stops$, ...sources } = client.chatSources;
  const chat = new ChatClient({ ...sources, api: new ChatApi(send) });
  stops$.subscribe(() => chat.stop());
  known.set(client, chat);
  return chat;
}
