import { apiErrorFrom } from './api-error.ts';

/** Rejects as "no answer" when `promise` has not settled after `ms`: a connection that is half open never says that it is dead. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(apiErrorFrom(0, undefined)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** As many connections may have been kept, of which a sleep has left none alive. */
const mostAsked = 6;

/** Asks again, on another connection, each time no answer has come after `ms`, and takes the first that comes. */
export async function hedged<T>(ms: number, ask: () => Promise<T>): Promise<T> {
  let asked = 1;
  let timer: ReturnType<typeof setInterval> | undefined;
  const again = new Promise<T>((resolve, reject) => {
    timer = setInterval(() => {
      if (asked++ < mostAsked) void ask().then(resolve, reject);
    }, ms);
  });
  return Promise.race([ask(), again]).finally(() => clearInterval(timer));
}
