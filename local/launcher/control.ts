/**
 * Faults on demand, from outside: HTTP on the Unix socket `DATA/control.sock`, which only this user can open and no web page can reach.
 * It is there with `--control` only. See docs/faults.md.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../failure.ts';
import type { Stack } from './stack.ts';
import type { Supervisor } from './supervisor.ts';

export interface Control {
  readonly path: string;
  close(): void;
}

/** Of a Unix socket's address on Linux, in bytes, without the zero at its end. See unix(7). */
const longestPath = 107;
const largestBody = 64 * 1024;

const pieceActions: Record<string, (supervisor: Supervisor) => void> = {
  kill: (supervisor) => runningOf(supervisor).kill(),
  pause: (supervisor) => runningOf(supervisor).pause(),
  resume: (supervisor) => runningOf(supervisor).resume(),
  restart: (supervisor) => supervisor.restart(),
};

/** To be called by the holder of the data folder's lock: a socket that is there already is nobody's. */
export async function openControl(dataDir: string, stack: Stack): Promise<Control> {
  const path = join(dataDir, 'control.sock');
  if (Buffer.byteLength(path) > longestPath)
    throw new Error(`${path} is too long for a socket: give a --data folder with a path of 90 characters at most.`);
  rmSync(path, { force: true });
  const server = createServer((request, response) => {
    handle(request, stack).then(
      (result) => answer(response, 200, result ?? {}),
      (error: unknown) => answer(response, 400, { error: messageOf(error) }),
    );
  });
  await once(server.listen(path), 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { path, close };
}

/** `POST /pieces/redis/kill`, `POST /service-bus/refuse {"times": 3}`. Fails with one sentence. */
async function handle(request: IncomingMessage, stack: Stack): Promise<unknown> {
  const [, target = '', ...rest] = (request.url ?? '').split('/');
  if (request.method !== 'POST') throw new Error(`Faults are asked for with POST, not with ${request.method}.`);
  const given = await readJson(request);
  if (target === 'pieces') return actOn(stack, rest);
  const services = stack.piece('services');
  if (!services) throw new Error('Neither the broker nor SignalR is run by this launcher.');
  return runningOf(services).ask?.({ fault: [target, ...rest].join('/'), arguments: given });
}

function actOn(stack: Stack, [name = '', action = '']: string[]): void {
  const supervisor = stack.piece(name);
  if (!supervisor) throw new Error(`There is no piece "${name}": there are ${stack.names.join(', ')}.`);
  const act = Object.hasOwn(pieceActions, action) ? pieceActions[action] : undefined;
  if (!act) throw new Error(`A piece cannot be told to "${action}": it can ${Object.keys(pieceActions).join(', ')}.`);
  act(supervisor);
}

function runningOf({ running, piece }: Supervisor) {
  if (!running) throw new Error(`${piece.name} does not run at the moment.`);
  return running;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += part as string;
    if (text.length > largestBody) throw new Error('The arguments are too large.');
  }
  try {
    return text.trim() === '' ? {} : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new Error(`The arguments are not valid JSON: ${messageOf(error)}.`, { cause: error });
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
