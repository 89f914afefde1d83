import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { type Problem, type ProblemCode, problemStatus } from '../contracts/problem.ts';
import { missingRole } from './azure/missing-role.ts';
import { AppError, unavailable } from './errors.ts';
import { apiHeaders } from './security-headers.ts';
import { getSettings } from './settings.ts';
import { refuseOtherSites } from './sign-in/refuse-other-sites.ts';

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
  'not-accepting': 'No new tasks are taken in',
  'dependency-unavailable': 'A service is out of reach',
  internal: 'Something went wrong here',
};

/** Its headers as an object, so that they can be put together. */
export type Answer = Omit<HttpResponseInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

/**
 * Wraps an HTTP function: whatever it throws becomes a problem+json answer, and nothing more than that leaves.
 * @param headers of every answer, unless it has its own
 */
export function answering(
  handler: (request: HttpRequest, context: InvocationContext) => Promise<Answer>,
  headers: Readonly<Record<string, string>> = apiHeaders,
): HttpHandler {
  return async (request, context) => {
    const answer = await answerOrProblem(handler, request, context);
    return { ...answer, headers: { ...headers, ...answer.headers } };
  };
}

async function answerOrProblem(
  handler: (request: HttpRequest, context: InvocationContext) => Promise<Answer>,
  request: HttpRequest,
  context: InvocationContext,
): Promise<Answer> {
  try {
    refuseOtherSites(request, getSettings().AllowedOrigins);
    return await handler(request, context);
  } catch (error) {
    return toResponse(error, context);
  }
}

type Logger = Pick<InvocationContext, 'error' | 'warn' | 'invocationId'>;

export function toResponse(error: unknown, context: Logger): Answer {
  const known = toAppError(error, context);
  return {
    status: problemStatus[known.code],
    headers: {
      ...apiHeaders,
      'content-type': 'application/problem+json',
      ...headersOf(known),
    },
    body: JSON.stringify(toProblem(known)),
  };
}

/** What an error says about when to try again. */
export function headersOf({ headers, retryAfterS }: AppError): Readonly<Record<string, string>> {
  return { ...headers, ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }) };
}

/** Gives every error a code that a caller can act on, and logs what is a fault of ours or of a service. */
export function toAppError(error: unknown, context: Logger): AppError {
  if (error instanceof AppError) {
    if (problemStatus[error.code] >= 500) context.warn(explain(error), error.cause);
    return error;
  }
  if (isRedisOutage(error)) return toAppError(unavailable('Redis', error), context);
  context.error('Unexpected error:', error);
  const detail = `This is a fault of ours. If it happens again, report it with the invocation ID ${context.invocationId}.`;
  return new AppError('internal', detail);
}

/** For the log: whose right is missing, where that is why. */
export function explain({ dependency, message, cause }: AppError): string {
  return (dependency !== undefined && missingRole(dependency, cause)) || message;
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
