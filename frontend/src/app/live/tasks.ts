import { DOCUMENT } from '@angular/common';
import { HttpClient } from '@angular/common/http';
import { computed, DestroyRef, inject, Injectable, type Signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { merge, Subject } from 'rxjs';
import type { Task } from '../../../../contracts/task.ts';
import { ServerClock, TaskClient } from '../../../../client/index.ts';
import { angularRequest } from './angular-request.ts';
import { NewestFirst } from './newest-first.ts';
import { UnsentReceipts } from './unsent-receipts.ts';
import { onNextFrame, pageWakes } from './page-wake.ts';

/** In bytes of JSON: larger values are fetched when a person asks for them, and away from the page's own thread. */
export const largestUnasked = 500_000;

/** Every task this page knows, as signals that move with the events. */
@Injectable({ providedIn: 'root' })
export class Tasks {
  readonly #page = inject(DOCUMENT);
  readonly #clock = new ServerClock();
  readonly #retries = new Subject<void>();
  readonly client = new TaskClient({
    send: angularRequest(inject(HttpClient), this.#clock),
    clock: this.#clock,
    schedule: onNextFrame(this.#page),
    wake: merge(pageWakes(this.#page), this.#retries),
    isVisible: () => !this.#page.hidden,
    receiptMemory: inject(UnsentReceipts),
    resultLimit: largestUnasked,
  });
  readonly byId = toSignal(this.client.tasks$, { initialValue: new Map<string, Task>() });
  readonly connection = toSignal(this.client.connection$, { requireSync: true });
  readonly list = toSignal(this.client.list$, { requireSync: true });
  readonly #order = new NewestFirst();
  readonly newestFirst: Signal<readonly Task[]> = computed(() => this.#order.of(this.byId()));

  /** Tries to connect at once instead of when its turn comes. */
  retryNow(): void {
    this.#retries.next();
  }

  constructor() {
    this.client.start();
    inject(DestroyRef).onDestroy(() => this.client.stop());
  }
}
