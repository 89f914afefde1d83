import type { Redis } from 'ioredis';
import { readOwnerEvents } from '../../functions/events/event-store.ts';
import type { NewTask } from '../../functions/tasks/new-task.ts';
import { createTaskId } from '../../functions/tasks/task-id.ts';
import { TaskStore } from '../../functions/tasks/task-store.ts';

export const leaseMs = 30_000;

/** Tasks in a store on a real Redis, with a clock that a test moves. */
export class StoredTasks {
  now = Date.parse('2026-01-05T10:00:00Z');
  readonly store: TaskStore;
  readonly redis: Redis;

  constructor(redis: Redis) {
    this.redis = redis;
    this.store = new TaskStore(redis, { now: () => this.now });
  }

  newTask(more: Partial<NewTask> = {}): NewTask {
    const owner = more.owner ?? 'ada';
    return {
      id: createTaskId(owner, (this.now += 1)),
      owner,
      lane: 'tasks',
      type: 'echo',
      delivery: 'at-least-once',
      details: { tags: ['urgent'], priority: 'normal' },
      payload: '{"message":"Hello"}',
      payloadBytes: 19,
      maxAttempts: 7,
      ...more,
    };
  }

  /** @returns the ID of a task whose message the broker has */
  async queued(more: Partial<NewTask> = {}): Promise<string> {
    const task = this.newTask(more);
    await this.store.accept(task);
    await this.store.confirmSent(task.id, 1);
    return task.id;
  }

  async running(token = 'token-1', more: Partial<NewTask> = {}): Promise<string> {
    const id = await this.queued(more);
    expect(await this.store.start(id, 1, token, leaseMs)).toMatchObject({ outcome: 'started' });
    return id;
  }

  /** Of all events of an owner. */
  async kinds(owner = 'ada'): Promise<string[]> {
    return (await readOwnerEvents(this.redis, owner, '0-0', 100)).events.map(({ kind }) => kind);
  }
}

export const idempotency = (fingerprint: string) => ({ key: 'key-1', fingerprint, keptMs: 60_000 });
