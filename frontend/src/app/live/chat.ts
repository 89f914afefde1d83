import { inject, Injectable } from '@angular/core';
import type { Chat } from '../../../../client/index.ts';
import { Tasks } from './tasks.ts';

/** The chat of this page's connection. */
export function injectChat(): Chat {
  return (inject(Tasks).client as unknown as { chat: Chat }).chat;
}
