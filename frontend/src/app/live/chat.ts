import { inject, Injectable } from '@angular/core';
import { type Chat, chatOf } from '../../../../client/chat/index.ts';
import { Tasks } from './tasks.ts';

/** Only what is loaded after the first page may import this: the first page's script is to stay small. */
@Injectable({ providedIn: 'root' })
export class ChatConnection {
  readonly chat: Chat = chatOf(inject(Tasks).client);
}

/** The chat, by this page's connection. To be called where a component or a service is made. */
export function injectChat(): Chat {
  return inject(ChatConnection).chat;
}
