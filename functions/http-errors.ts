import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { type Problem, type ProblemCode, problemStatus } from '../contracts/problem.ts';
import { AppError, unavailable } from './errors.ts';

export const problemTitles: Record<ProblemCode, string> = {
  'invalid-request': 'The request is not valid',
  unauthenticated: 'Sign in first',
  forbidden: 'This is not allowed',
  'not-found': 'Not found',
  'payload-missing': 'The payload is no longer kept',
  'payload-corrupt': 'The payload is damaged',
  conflict: 'The present state does not allow this',
  'payload-too-large': 'The payload is too large',
  'idempotency-key-reused': 'The idempotency key belongs to another request',
  'too-many-requests': 'Too many requests',
  'backlog-full': 'Too much work is waiting',
  'dependency-unavailable': 'A service is out of reach',
  internal: 'Something went wrong here',
};

/** Wraps an HTTP function: whatever it throws becomes a problem+json answer, and nothing more than that leaves. */
export function answering(
  handler: (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>,
): HttpHandler {
  return async (request, context) => {
    try {
      refuseOtherSites(request);
      return await handler(request, context);
    } catch (error) {
      return toResponse(error, context);
    }
  };
}

/**
 * A page of another site must not act for the user who is signed in here. Browsers say where a request comes from
 * (Fetch Metadata, w3.org/TR/fetch-metadata); other clients send no such header and carry no cookie by themselves.
 */
function refuseOtherSites({ method, headers }: HttpRequest): void {
  if (method === 'GET' || method === 'HEAD' || headers.get('sec-fetch-site') !== 'cross-site') return;
  throw new AppError('forbidden', 'A page of another site cannot do this. Open the web app itself.');
}

type Logger = Pick<InvocationContext, 'error' | 'warn' | 'invocationId'>;

export function toResponse(error: unknown, context: Logger): HttpResponseInit {
  const known = toAppError(error, context);
  return {
    status: problemStatus[known.code],
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...known.headers,
      ...(known.retryAfterS !== undefined && { 'retry-after': String(known.retryAfterS) }),
    },
    body: JSON.stringify(toProblem(known)),
  };
}

/** Gives every error a code that a caller can act on, and logs what is a fault of ours or of a service. */
export function toAppError(error: unknown, context: Logger): AppError {
  if (error instanceof AppError) {
    if (problemStatus[error.code] >= 500) context.warn(error.message, error.cause);
    return error;
  }
  if (isRedisOutage(error)) return toAppError(unavailable('Redis', error), context);
  context.error('Unexpected error:', error);
  const detail = `This is a fault of ours. If it happens again, report it with the invocation ID ${context.invocationId}.`;
  return new AppError('internal', detail);
}

/** RFC 9457. */
export function toProblem(error: AppError): Problem {
  return {
    type: `urn:problem:${error.code}`,
    title: problemTitles[error.code],
    status: problemStatus[error.code],
    code: error.code,
    detail: error.message,
    ...(error.errors !== undefined && { errors: [...error.errors] }),
  };
}

/** ioredis reports an outage by several errors, told apart by name, code or text only. */
function isRedisOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'MaxRetriesPerRequestError' || error.name === 'ClusterAllFailedError') return true;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT') return true;
  return /^(Connection is closed|Command timed out|Cluster |Too many Cluster redirections|CLUSTERDOWN |Stream isn't writeable|LOADING |READONLY |MASTERDOWN |WRONGPASS |NOAUTH |NOPERM )/.test(
    error.message,
  );
}
