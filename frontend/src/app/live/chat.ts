import { inject } from '@angular/core';
import type { Chat } from '../../../../client/index.ts';
import { Tasks } from './tasks.ts';

/** The chat, by this page's connection. To be called where a component or a service is made. */
export function injectChat(): Chat {
  return inject(Tasks).client.chat;
}
