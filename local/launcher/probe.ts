/** Asks what listens on a port, each service in its own language, so that what already runs is used and nothing is mistaken for it. */
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';

export type Answer =
  /** Nothing listens there. */
  | 'nothing'
  /** The service that was looked for. */
  | 'service'
  /** The service, but it does not accept the key of the settings file. */
  | 'refused'
  /** Another program, or one that does not answer. */
  | 'other';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const answerWithinMs = 2_000;

/** RESP: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export async function probeRedis(address: Address, password?: string): Promise<Answer> {
  const auth = password ? `*2\r\n$4\r\nAUTH\r\n$${Buffer.byteLength(password)}\r\n${password}\r\n` : '';
  const reply = await exchange(address, Buffer.from(`${auth}*1\r\n$4\r\nPING\r\n`));
  if (reply === undefined) return 'nothing';
  if (/^-(NOAUTH|WRONGPASS|ERR invalid password)/.test(reply)) return 'refused';
  // "-LOADING", "-BUSY" and the like are Redis as well.
  return /^(\+OK\r\n)?\+PONG\r\n|^(\+OK\r\n)?-[A-Z]+ /.test(reply) ? 'service' : 'other';
}

/** AMQP 1.0, section 2.2: both sides open with "AMQP", a protocol ID (3: SASL) and the version. */
export async function probeServiceBus(address: Address): Promise<Answer> {
  const reply = await exchange(address, Buffer.from('AMQP\x03\x01\x00\x00', 'latin1'));
  if (reply === undefined) return 'nothing';
  return reply.startsWith('AMQP') ? 'service' : 'other';
}

/** https://learn.microsoft.com/azure/azure-signalr/signalr-reference-data-plane-rest-api: the health check needs no key, and says no word. */
export async function probeSignalR(address: Address): Promise<Answer> {
  return probeHttp(
    address,
    '/api/health?api-version=2022-06-01',
    ({ status, length }) => status === 200 && length === 0,
  );
}

export async function probeAzurite(address: Address, service: 'Blob' | 'Table'): Promise<Answer> {
  return probeHttp(address, '/', ({ server }) => server.startsWith(`Azurite-${service}/`));
}

/** Whether anything listens there. */
export async function probeAnything({ host, port }: Address): Promise<boolean> {
  const socket = connect({ host: withoutBrackets(host), port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

interface HttpAnswer {
  readonly status: number | undefined;
  readonly server: string;
  /** Of the body, in bytes. */
  readonly length: number;
}

async function probeHttp(
  { host, port }: Address,
  path: string,
  isService: (answer: HttpAnswer) => boolean,
): Promise<Answer> {
  if (!(await probeAnything({ host, port }))) return 'nothing';
  const answer = await get(withoutBrackets(host), port, path).catch(() => undefined);
  return answer && isService(answer) ? 'service' : 'other';
}

async function get(host: string, port: number, path: string): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(answerWithinMs);
  const [response] = (await once(request({ host, port, path, signal, agent: false }).end(), 'response')) as [
    IncomingMessage,
  ];
  let length = 0;
  for await (const part of response) length += (part as Buffer).length;
  return { status: response.statusCode, server: String(response.headers.server), length };
}

/** Sends the bytes and returns the answer's first part, "" where none comes in time, undefined where nothing listens. */
function exchange({ host, port }: Address, bytes: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    let connected = false;
    const socket = connect({ host: withoutBrackets(host), port, timeout: answerWithinMs }, () => {
      connected = true;
      socket.write(bytes);
    });
    const finish = (answer: string | undefined) => {
      resolve(answer);
      socket.destroy();
    };
    socket.on('timeout', () => finish(''));
    socket.on('error', () => finish(connected ? '' : undefined));
    socket.on('close', () => finish(connected ? '' : undefined));
    socket.on('data', (data) => finish(data.toString('latin1')));
  });
}

const withoutBrackets = (host: string) => host.replace(/[[\]]/g, '');
