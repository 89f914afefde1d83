import { missingRole } from '../azure/missing-role.ts';

const underWay = new Set<Promise<void>>();

/** For a push whose news stand in the store: where it fails they are only late, so nobody waits for it. */
export function keepTrackOfPush(push: Promise<void>): void {
  const pushed = push.catch(warnNowAndThen).finally(() => underWay.delete(pushed));
  underWay.add(pushed);
}

const warnAtMostEveryMs = 10_000;
let warnedAt = 0;

/** Not through an invocation's context: by now it may have ended. */
function warnNowAndThen(error: unknown): void {
  if (Date.now() - warnedAt < warnAtMostEveryMs) return;
  warnedAt = Date.now();
  console.warn('Events were stored but not pushed; clients will fetch them:', missingRole('signalr', error) ?? error);
}

/** Settles when every push under way has ended. */
export async function pushesEnded(): Promise<void> {
  await Promise.all(underWay);
}
