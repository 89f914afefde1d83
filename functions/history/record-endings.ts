import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { Task } from '../../contracts/task.ts';
import { AppError } from '../errors.ts';
import type { HistoryStore } from './history-store.ts';

const Endings = z.array(Task).min(1);

/** Thrown out of here a message comes again at once: ten deliveries would be over before an outage of a second is. */
const pausesMs = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * Puts what a message of the topic says into history; while Table Storage is out of reach it tries again for half a minute.
 * @throws when the message is none of ours, and when it could not be recorded
 */
export async function recordEndings(
  store: HistoryStore,
  body: unknown,
  wait: (ms: number, why: AppError) => Promise<unknown> = delay,
): Promise<void> {
  const tasks = Endings.parse(typeof body === 'string' ? JSON.parse(body) : body);
  for (const pauseMs of pausesMs) {
    try {
      return await store.record(tasks);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await wait(pauseMs, error);
    }
  }
  await store.record(tasks);
}
