import { fetchRequest } from './request.ts';
import { ServerClock } from './server-clock.ts';
import { TaskClient, type TaskClientOptions } from './task-client.ts';

export interface ConnectOptions extends Omit<TaskClientOptions, 'send' | 'clock'> {
  /** Where the function app answers, e.g. `https://orders.azurewebsites.net`. Default: where the page comes from. */
  readonly url?: string;
  /** Go with every request, e.g. `authorization` or a cookie. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client for a function app: `connect({ url })`. `stop` it when nothing is to be watched any more. */
export function connect({ url, headers, ...options }: ConnectOptions = {}): TaskClient {
  const clock = new ServerClock();
  return new TaskClient({ ...options, clock, send: fetchRequest(url ?? pageAddress(), headers, clock) });
}

function pageAddress(): string {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  if (location === undefined) throw new Error('Outside of a page, connect needs to know where: connect({ url }).');
  return location.href;
}
