import { NEVER, of, Subject } from 'rxjs';
import { pause } from './pause.ts';

const long = 3_600_000;

describe('a pause', () => {
  it('ends by its time, by a wake-up, and when it is given up', async () => {
    await pause(1, new AbortController().signal, NEVER);
    const wake = new Subject<void>();
    const woken = pause(long, new AbortController().signal, wake);
    wake.next();
    await woken;
    expect(wake.observed).toBe(false);
    const stop = new AbortController();
    const stopped = pause(long, stop.signal, wake);
    stop.abort();
    await stopped;
    expect(wake.observed).toBe(false);
  });

  it('ends at once where a wake-up comes while it is begun, or it is given up already', async () => {
    await pause(long, new AbortController().signal, of(1));
    await pause(long, AbortSignal.abort(), NEVER);
  });
});
