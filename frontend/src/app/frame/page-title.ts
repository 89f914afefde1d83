import { effect, inject, Injectable } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { ChatCount } from './chat-count.ts';

/** `Tasks · Orchestrator` in the browser's tab; `(2) Tasks · Orchestrator` while two messages of the chat are new. */
@Injectable()
export class PageTitle extends TitleStrategy {
  readonly #title = inject(Title);
  readonly #unread = inject(ChatCount).unread;
  #page: string | undefined;

  constructor() {
    super();
    effect(() => this.#show());
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    this.#page = this.buildTitle(snapshot);
    this.#show();
  }

  #show(): void {
    const count = this.#unread() > 0 ? `(${this.#unread()}) ` : '';
    this.#title.setTitle(`${count}${this.#page === undefined ? '' : `${this.#page} · `}Orchestrator`);
  }
}
