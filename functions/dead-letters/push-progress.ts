import { operatorsGroup, replaysMethod } from '../../contracts/names.ts';
import type { ReplayProgress } from '../../contracts/replay.ts';
import { sendToClients, type Target } from '../azure/signalr.ts';

const leastIntervalMs = 500;

/**
 * Pushes a plan's progress to its owner and to operators, now and then, and always when its state changes, without keeping
 * the caller waiting. A push that fails is not made up for: `GET /api/replays/{id}` tells the same.
 */
export function progressPush(send = sendToClients): (progress: ReplayProgress) => void {
  let last: { state: string; at: number } | undefined;
  return (progress) => {
    const now = Date.now();
    if (last?.state === progress.state && now - last.at < leastIntervalMs) return;
    last = { state: progress.state, at: now };
    const targets: Target[] = [{ user: progress.owner }, { group: operatorsGroup }];
    for (const target of targets) void send(target, replaysMethod, [progress]).catch(() => undefined);
  };
}
