import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

const agents = {
  'http:': { agent: new HttpAgent({ keepAlive: true }), request: httpRequest },
  'https:': { agent: new HttpsAgent({ keepAlive: true }), request: httpsRequest },
} as const;

export interface HttpCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

/**
 * Calls a service over connections that stay open, and answers with the status; what the answer says is dropped. Not `fetch`, which
 * takes several times the CPU time: events are pushed for every task.
 * @throws when there is no answer, or none in time
 */
export async function callHttp(url: URL, call: HttpCall): Promise<number> {
  const deadline = AbortSignal.timeout(call.timeoutMs);
  try {
    return await callOnce(url, call, deadline);
  } catch (error) {
    // The service closed an idle connection at the moment in which it was used again: nothing has been answered yet.
    if (error instanceof StaleConnection) return callOnce(url, call, deadline);
    throw error;
  }
}

class StaleConnection extends Error {}

function callOnce(url: URL, { method, headers, body }: HttpCall, signal: AbortSignal): Promise<number> {
  const { agent, request } = agents[url.protocol === 'https:' ? 'https:' : 'http:'];
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers: { ...headers, ...length }, signal });
    outgoing.on('response', (answer: IncomingMessage) => {
      answer.on('error', reject);
      // The connection is free again only when the body has been read.
      answer.on('end', () => resolve(answer.statusCode ?? 0)).resume();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    outgoing.end(body);
  });
}
