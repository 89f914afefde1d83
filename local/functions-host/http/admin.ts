import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostVersion } from '../core-api.ts';
import type { RegisteredFunction } from '../core-types.ts';
import type { FunctionRunner } from '../function-runner.ts';
import type { Log } from '../log.ts';
import { triggerByHand } from '../triggers.ts';
import type { Authorize } from './function-keys.ts';
import { HttpRefusal, readBody } from './request-data.ts';
import { writeEmpty, writeText } from './response.ts';

/** The part of the host's management API that developers use; everything else under `/admin` is not found. */
export interface Admin {
  /** False when it has no such path: then nothing was answered. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
}

export interface AdminOptions {
  readonly functions: readonly RegisteredFunction[];
  readonly runner: FunctionRunner;
  readonly log: Log;
  readonly authorize: Authorize;
}

/** Source: `FunctionsController` and `HostController` of https://github.com/Azure/azure-functions-host */
export function createAdmin(options: AdminOptions): Admin {
  return {
    async handle(request, response, url) {
      const run = /^\/admin\/functions\/([^/]+)\/?$/i.exec(url.pathname);
      const asksStatus = /^\/admin\/host\/status\/?$/i.test(url.pathname) && request.method === 'GET';
      if (!asksStatus && !(run && request.method === 'POST')) return false;
      if (!options.authorize({ authLevel: 'admin' }, request, url)) writeEmpty(response, 401);
      else if (asksStatus) writeText(response, 200, status(), 'application/json; charset=utf-8');
      else await runByHand(options, run?.[1] ?? '', request, response);
      return true;
    },
  };
}

function status(): string {
  return JSON.stringify({
    id: 'localhost',
    state: 'Running',
    version: hostVersion,
    versionDetails: hostVersion,
    processUptime: Math.round(process.uptime() * 1000),
  });
}

/** Answers at once: how the function ends is told in the log only. */
async function runByHand(
  { functions, runner, log }: AdminOptions,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const input = inputOf(request, await readBody(request));
  const registered = functions.find(({ metadata }) => metadata.name.toLowerCase() === name.toLowerCase());
  if (!registered) return writeEmpty(response, 404);
  const trigger = triggerByHand(registered, input);
  writeEmpty(response, 202);
  const functionName = registered.metadata.name;
  if (!trigger) return log.error('An HTTP function cannot be run by hand: call its URL.', { functionName });
  // The runner logs a failure.
  await runner.run({ function: registered, trigger, bindingData: {} }).catch(() => undefined);
}

/** `{"input": "text"}`; a trigger that needs no data takes `{}`. */
function inputOf(request: IncomingMessage, body: Buffer): string {
  if (!/^application\/(.*\+)?json\b/i.test(request.headers['content-type'] ?? ''))
    throw new HttpRefusal(415, 'Send {"input": "…"} with the header "Content-Type: application/json".');
  const { input = '' } = parse(body) ?? {};
  if (typeof input !== 'string') throw new HttpRefusal(400, '"input" must be text: put JSON into a string.');
  return input;
}

function parse(body: Buffer): { input?: unknown } | null {
  try {
    return JSON.parse(body.toString('utf8')) as { input?: unknown } | null;
  } catch {
    throw new HttpRefusal(400, 'Send a JSON object: {"input": "…"}, or {}.');
  }
}
