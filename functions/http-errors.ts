import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { type Problem, type ProblemCode, problemStatus } from '../contracts/problem.ts';
import { AppError, unavailable } from './errors.ts';

const titles: Record<ProblemCode, string> = {
  'invalid-request': 'The request is not valid',
  unauthenticated: 'Sign in first',
  forbidden: 'This is not allowed',
  'not-found': 'Not found',
  'payload-missing': 'The payload is no longer kept',
  conflict: 'The state of the task does not allow this',
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
      return await handler(request, context);
    } catch (error) {
      return toResponse(error, context);
    }
  };
}

export function toResponse(
  error: unknown,
  context: Pick<InvocationContext, 'error' | 'warn' | 'invocationId'>,
): HttpResponseInit {
  if (error instanceof AppError) {
    if (problemStatus[error.code] >= 500) context.warn(error.message, error.cause);
    return problemResponse(error);
  }
  if (isRedisOutage(error)) return toResponse(unavailable('Redis', error), context);
  context.error('Unexpected error:', error);
  const detail = `This is a fault of ours. If it happens again, report it with the invocation ID ${context.invocationId}.`;
  return problemResponse(new AppError('internal', detail));
}

function problemResponse(error: AppError): HttpResponseInit {
  const problem: Problem = {
    type: `urn:problem:${error.code}`,
    title: titles[error.code],
    status: problemStatus[error.code],
    code: error.code,
    detail: error.message,
    ...(error.errors !== undefined && { errors: [...error.errors] }),
  };
  return {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(error.retryAfterS !== undefined && { 'retry-after': String(error.retryAfterS) }),
    },
    body: JSON.stringify(problem),
  };
}

/** ioredis reports an outage by several errors, told apart by name, code or text only. */
function isRedisOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'MaxRetriesPerRequestError') return true;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT') return true;
  return /^(Connection is closed|Command timed out|Stream isn't writeable|LOADING |READONLY |MASTERDOWN )/.test(
    error.message,
  );
}
