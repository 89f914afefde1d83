import type { NewTask } from '../../functions/tasks/new-task.ts';
import type { OwnerLimits } from '../../functions/tasks/owner-limits.ts';
import { findTask } from '../../functions/tasks/task-queries.ts';
import type { TaskFields } from '../../functions/tasks/task-record.ts';
import { TaskStore } from '../../functions/tasks/task-store.ts';
import { leaseMs, StoredTasks } from './stored-tasks.ts';

/** Tasks in stores whose limits keep them waiting. */
export class WaitingTasks extends StoredTasks {
  /** IDs of the tasks that were to be sent on their way since they were last asked for. */
  #woken: string[] = [];

  storeWith(limits: Partial<OwnerLimits> = {}): TaskStore {
    const onWoken = (tasks: readonly TaskFields[]) => this.#woken.push(...tasks.map(({ id }) => id!));
    return new TaskStore(this.redis, { now: () => this.now, limits, onWoken });
  }

  async accept(store: TaskStore, more: Partial<NewTask> = {}): Promise<string> {
    const task = this.newTask({ lane: more.orderingKey === undefined ? 'tasks' : 'tasks-ordered', ...more });
    const accepted = await store.accept(task);
    if (accepted.outcome !== 'accepted') throw new Error(accepted.outcome);
    if (accepted.fields.parked === undefined) await store.confirmSent(task.id, 1);
    return task.id;
  }

  async acceptMany(store: TaskStore, count: number, more: Partial<NewTask> = {}): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) ids.push(await this.accept(store, more));
    return ids;
  }

  async waitingFor(id: string) {
    return (await findTask(this.redis, id))?.waitingFor;
  }

  takeWoken(): string[] {
    return this.#woken.splice(0);
  }

  /** What waits for tasks that have ended, or keeps room for them. */
  async leftovers(): Promise<string[]> {
    const keys = await this.redis.keys('*');
    return keys.filter((key) => /:(window|order|running|gate|gates|outbox|leases|expiring)\b/.test(key));
  }
}

export const start = (store: TaskStore, id: string, attempt = 1) =>
  store.start(id, attempt, `${id}#${attempt}`, leaseMs);
export const outcomeOf = async (store: TaskStore, id: string, attempt = 1) => (await start(store, id, attempt)).outcome;
export const complete = (store: TaskStore, id: string, attempt = 1) => store.complete(id, `${id}#${attempt}`, 'null');
