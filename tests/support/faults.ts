import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** Asks a launcher, through its control socket, for a fault. Fails with the launcher's sentence. */
export async function causeFault(socketPath: string, path: string, given: object): Promise<{ affected?: number }> {
  const asking = request({ socketPath, path: `/${path}`, method: 'POST', agent: false });
  asking.end(JSON.stringify(given));
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  const body = JSON.parse(await text(answer)) as { affected?: number; error?: string };
  if (body.error !== undefined) throw new Error(body.error);
  return body;
}
