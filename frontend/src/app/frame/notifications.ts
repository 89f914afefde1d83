import { DOCUMENT } from '@angular/common';
import { inject, Injectable, signal } from '@angular/core';
import { Memory } from '../ui/memory.ts';

/** `refused`: the browser does not let this site; only the person can change that, in the browser's settings. */
export type NotificationState = 'on' | 'off' | 'refused' | 'unsupported';

interface NotificationText {
  /** Several tabs show one notification of the same tag. */
  readonly tag: string;
  readonly body?: string;
  readonly open: () => unknown;
}

const storageKey = 'notifications';

/** Notifications of the browser, for when nobody looks at the page. Off until somebody turns them on. */
@Injectable({ providedIn: 'root' })
export class Notifications {
  readonly #page = inject(DOCUMENT);
  readonly #memory = inject(Memory);
  readonly #state = signal(this.#read());
  readonly state = this.#state.asReadonly();

  async turnOn(): Promise<void> {
    if (typeof Notification === 'undefined') return;
    // Asked in answer to a click only: browsers refuse it otherwise.
    const answer = await Notification.requestPermission();
    if (answer === 'granted') this.#memory.write(storageKey, 'on');
    this.#state.set(this.#read());
  }

  turnOff(): void {
    this.#memory.forget(storageKey);
    this.#state.set(this.#read());
  }

  show(title: string, { tag, body, open }: NotificationText): void {
    if (this.#state() !== 'on' || !this.#page.hidden) return;
    try {
      const notification = new Notification(title, { tag, ...(body !== undefined && { body }), icon: '/favicon.svg' });
      notification.onclick = () => {
        this.#page.defaultView?.focus();
        notification.close();
        open();
      };
    } catch {
      // Browsers of phones know the class but construct none; the toast tells it when the person is back.
    }
  }

  #read(): NotificationState {
    if (typeof Notification === 'undefined') return 'unsupported';
    if (Notification.permission === 'denied') return 'refused';
    return Notification.permission === 'granted' && this.#memory.read(storageKey) === 'on' ? 'on' : 'off';
  }
}
