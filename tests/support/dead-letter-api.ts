/** Dead letters and their replays as a stranger sees them: through the API, and in the broker. */
import type { ServiceBusClient } from '@azure/service-bus';
import Long from 'long';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReplayPlan } from '../../contracts/replay.ts';
import type { Task } from '../../contracts/task.ts';
import type { Api } from './api.ts';

/** A task that has failed for good and lies among the dead letters. */
export async function deadLetter(api: Api, payload: object, more: object = {}): Promise<Task> {
  const { id } = await api.submit('echo', payload, more);
  const task = await api.ended(id);
  expect(task).toMatchObject({ state: 'dead-lettered' });
  return task;
}

export async function planWhen(api: Api, id: string, isSo: (plan: ReplayPlan) => boolean): Promise<ReplayPlan> {
  for (;;) {
    const answer = await api.call<ReplayPlan>(`/api/replays/${id}`).catch(() => undefined);
    if (answer?.status === 200 && isSo(answer.body)) return answer.body;
    await delay(100);
  }
}

export const isOver = ({ state, outstanding }: ReplayPlan): boolean =>
  state === 'completed' || (state === 'stopped' && outstanding === 0);

/** Waits until the messages in the dead-letter queue belong to such tasks. */
export async function untilEvidence(serviceBus: ServiceBusClient, isSo: (ids: string[]) => boolean): Promise<void> {
  while (!isSo(await evidence(serviceBus))) await delay(200);
}

/** IDs of tasks whose messages lie in the dead-letter queue. */
async function evidence(serviceBus: ServiceBusClient): Promise<string[]> {
  const receiver = serviceBus.createReceiver('tasks', { subQueueType: 'deadLetter' });
  try {
    const ids: string[] = [];
    for (let from = Long.ONE; ;) {
      const messages = await receiver.peekMessages(250, { fromSequenceNumber: from });
      if (messages.length === 0) return ids;
      ids.push(...messages.map(({ body }) => String(body)));
      from = messages.at(-1)!.sequenceNumber!.add(1);
    }
  } finally {
    await receiver.close();
  }
}
