import { computed, effect, inject, Injectable, signal } from '@angular/core';
import type { ChatResult } from '../../../../contracts/chat.ts';
import type { Task } from '../../../../contracts/task.ts';
import type { RoomLog } from '../../../../client/chat/index.ts';
import { type ApiError, isEnded } from '../../../../client/index.ts';
import { Toasts } from '../frame/toasts.ts';
import { injectChat } from '../live/chat.ts';
import { Tasks } from '../live/tasks.ts';
import { newIdempotencyKey } from '../submit/drafts.ts';
import { Clock } from '../ui/clock.ts';
import { serverText } from '../ui/server-text.ts';
import type { MessageState } from './message-rows.ts';
import { type Unsent, UnsentMemory } from './unsent.ts';

/** Messages of mine on their way: shown at once, sent in their order, kept until the room has them. */
@Injectable({ providedIn: 'root' })
export class Outbox {
  readonly #chat = injectChat();
  readonly #tasks = inject(Tasks);
  readonly #clock = inject(Clock);
  readonly #toasts = inject(Toasts);
  readonly #memory = inject(UnsentMemory);
  readonly #entries = signal<readonly Unsent[]>([]);
  /** By the task of a message: what it is known by since it was sent. */
  readonly #keys = new Map<string, string>();
  /** Keys of messages of an earlier visit whose tasks could not be asked for. */
  readonly #unanswered = new Set<string>();
  /** As their tasks are now. */
  readonly entries = computed(() => this.#entries().map((entry) => this.#withTask(entry)));
  #sending: Promise<unknown> = this.#recall();

  constructor() {
    effect(() => {
      if (this.#tasks.connection().kind === 'live') this.#sendWaiting();
    });
  }

  send(room: string, text: string, replyTo: number | undefined): void {
    const at = new Date(this.#clock.exactly()).toISOString();
    const key = newIdempotencyKey();
    this.#add({ key, room, text, at, state: { kind: 'sending' }, ...(replyTo !== undefined && { replyTo }) });
  }

  /** A dead letter goes on its way again as the task that it is; what never became a task is sent again under its key, so that it cannot come twice. */
  async again({ key, room, text, replyTo, taskId }: Unsent): Promise<void> {
    if (taskId === undefined) return this.#queue(key);
    if (this.#tasks.byId().get(taskId)?.state === 'dead-lettered') return this.#replay(taskId);
    this.drop(key);
    this.send(room, text, replyTo);
  }

  drop(key: string): void {
    this.#keep(this.#entries().filter((entry) => entry.key !== key));
  }

  /** What the room has by now, also where that lies further back than what has been fetched of it. */
  arrived({ room, messages }: RoomLog): void {
    const last = messages.at(-1)?.sequence ?? 0;
    const isThere = (id: string) => messages.some(({ taskId }) => taskId === id) || this.#placeOf(id) <= last;
    const left = this.#entries().filter((one) => one.room !== room || one.taskId === undefined || !isThere(one.taskId));
    if (left.length < this.#entries().length) this.#keep(left);
  }

  /** What a message in the room has been known by since it was sent here. */
  keyOf(taskId: string): string | undefined {
    return this.#keys.get(taskId);
  }

  /** Sequence of the message that a task has brought into its room. */
  #placeOf(taskId: string): number {
    const result = this.#tasks.byId().get(taskId)?.result as Partial<ChatResult> | undefined;
    return result?.sequence ?? Infinity;
  }

  #add(entry: Unsent): void {
    this.#keep([...this.#entries(), entry]);
    this.#queue(entry.key);
  }

  /** One after the other: what was said first stands first. */
  #queue(key: string): void {
    this.#sending = this.#sending.then(() => this.#post(key));
  }

  async #replay(taskId: string): Promise<void> {
    await this.#tasks.client.replay(taskId).catch(({ message }: ApiError) => {
      this.#toasts.show(`${$localize`It was not sent again`}: ${message}`, { tone: 'problem' });
    });
  }

  async #post(key: string): Promise<void> {
    const entry = this.#entries().find((one) => one.key === key);
    if (entry === undefined || entry.taskId !== undefined) return;
    this.#change(key, { state: { kind: 'sending' } });
    try {
      const { replyTo, room, text } = entry;
      const options = { idempotencyKey: key, ...(replyTo !== undefined && { replyTo }) };
      const { id } = await this.#chat.send(room, text, options).accepted;
      this.#keys.set(id, key);
      this.#change(key, { taskId: id, state: { kind: 'queued' } });
    } catch (error) {
      this.#fail(key, error as ApiError);
    }
  }

  #fail(key: string, { code, message }: ApiError): void {
    this.#change(key, { state: code === 'offline' ? { kind: 'offline' } : { kind: 'failed', reason: message } });
  }

  #sendWaiting(): void {
    this.#sending = this.#sending.then(async () => {
      for (const { key, taskId, state } of this.#entries()) {
        if (state.kind === 'offline') await this.#post(key);
        else if (taskId !== undefined && this.#unanswered.has(key)) await this.#look(key, taskId);
      }
    });
  }

  /** What an earlier visit left. Where it was is asked for: the page may have been closed before an answer came. */
  async #recall(): Promise<void> {
    const kept = await this.#memory.read();
    this.#keep([...kept, ...this.#entries()]);
    for (const { key, taskId, state } of kept) {
      if (taskId !== undefined) await this.#look(key, taskId);
      else if (state.kind !== 'failed') await this.#post(key);
    }
  }

  async #look(key: string, taskId: string): Promise<void> {
    this.#keys.set(taskId, key);
    this.#unanswered.delete(key);
    const task = await this.#tasks.client.load(taskId).catch((error: ApiError) => error);
    // It has been in its room for so long that its task is forgotten, or just came there.
    if (('status' in task && task.status === 404) || ('state' in task && task.state === 'completed')) this.drop(key);
    else if ('status' in task) this.#unanswered.add(key);
  }

  #withTask(entry: Unsent): Unsent {
    const task = entry.taskId === undefined ? undefined : this.#tasks.byId().get(entry.taskId);
    return task === undefined ? entry : { ...entry, state: stateOf(task) };
  }

  #change(key: string, more: Partial<Unsent>): void {
    this.#keep(this.#entries().map((entry) => (entry.key === key ? { ...entry, ...more } : entry)));
  }

  #keep(entries: readonly Unsent[]): void {
    this.#entries.set(entries);
    void this.#memory.write(entries);
  }
}

function stateOf({ state, error, scheduledFor = '' }: Task): MessageState {
  if (state === 'completed') return { kind: 'there' };
  if (state === 'scheduled') return { kind: 'scheduled', for: scheduledFor };
  if (!isEnded(state)) return { kind: state === 'retrying' ? 'retrying' : 'queued' };
  if (state === 'cancelled') return { kind: 'failed', reason: $localize`It was cancelled.` };
  if (state === 'expired') return { kind: 'failed', reason: $localize`It was not sent in time.` };
  return { kind: 'failed', reason: serverText(error?.message ?? '') };
}
