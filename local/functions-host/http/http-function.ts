import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { TypedData } from '../core-types.ts';
import type { FunctionRunner } from '../function-runner.ts';
import type { Log } from '../log.ts';
import { queryValues, readBody, toHttpData, type Headers } from './request-data.ts';
import { writeEmpty, writeFunctionResponse } from './response.ts';
import type { RouteMatch } from './route-table.ts';
import { type HttpForwarder, streamingMetadata } from './streaming.ts';

/** One request that a route has taken. */
export interface HttpCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** With the identity headers of the host. */
  readonly headers: Headers;
  readonly match: RouteMatch;
}

export interface HttpFunctionOptions {
  readonly runner: FunctionRunner;
  readonly log: Log;
  /** Present when the app streams HTTP. */
  readonly forwarder: HttpForwarder | undefined;
}

/** Runs the function of a route and writes its answer: 500 without a body when it fails, as in Azure. */
export async function callHttpFunction(options: HttpFunctionOptions, call: HttpCall): Promise<void> {
  const { forwarder } = options;
  if (forwarder) return streamHttpFunction(options, forwarder, call);
  const { match, request, url, headers, response } = call;
  const body = await readBody(request);
  const http = toHttpData(request, url, headers, match.params, body);
  const returned = await run(options, call, { http }, randomUUID());
  if (returned === failed) writeEmpty(response, 500);
  else writeFunctionResponse(response, returned);
}

const failed = Symbol('failed');

/** How long after the function's end its answer may take to show. */
const unansweredMs = 1_000;

async function run(
  { runner }: HttpFunctionOptions,
  { match, headers, url }: HttpCall,
  trigger: TypedData,
  invocationId: string,
  triggerMetadata: Record<string, TypedData> = {},
): Promise<TypedData | null | undefined | typeof failed> {
  const { function: registered, bindingName } = match.route;
  try {
    const response = await runner.run({
      function: registered,
      invocationId,
      trigger: { name: bindingName, data: trigger },
      triggerMetadata,
      bindingData: { ...match.params, headers, query: queryValues(url) },
      traceParent: headers['traceparent'],
      traceState: headers['tracestate'],
    });
    return response.returnValue;
  } catch {
    // The runner has logged it.
    return failed;
  }
}

async function streamHttpFunction(
  options: HttpFunctionOptions,
  forwarder: HttpForwarder,
  call: HttpCall,
): Promise<void> {
  const { request, response, url, headers, match } = call;
  const invocationId = randomUUID();
  const abort = new AbortController();
  const forwarded = forwarder.forward(request, response, url, invocationId, headers, abort.signal);
  forwarded.catch(() => undefined);
  const returned = await run(options, call, { http: {} }, invocationId, streamingMetadata(url, headers, match.params));
  if (returned === failed) {
    abort.abort();
    if (response.headersSent) response.destroy();
    else writeEmpty(response, 500);
    return;
  }
  await warnWhenUnanswered(options.log, call, invocationId, forwarded);
  await forwarded;
}

/** The library answers through its own server, and only if the function returned something. */
async function warnWhenUnanswered(
  log: Log,
  { match, response }: HttpCall,
  invocationId: string,
  forwarded: Promise<void>,
): Promise<void> {
  const functionName = match.route.function.metadata.name;
  const late = new AbortController();
  await Promise.race([forwarded, delay(unansweredMs, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
  if (response.headersSent) return;
  log.warning('The function returned nothing: with HTTP streaming its caller gets no answer.', {
    functionName,
    invocationId,
  });
}
