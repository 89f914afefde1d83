import type { InputError, Problem, ProblemCode } from '../contracts/problem.ts';

/** `offline` is ours: no answer came. `unknown`: an answer came that is no problem document, e.g. a proxy's page. */
export type ApiErrorCode = ProblemCode | 'offline' | 'unknown';

/** An RFC 9457 problem the API answered with, or the lack of an answer. `message` is for people. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  /** HTTP status, 0 when no answer came. */
  readonly status: number;
  readonly errors: readonly InputError[];

  constructor(code: ApiErrorCode, status: number, message: string, errors: readonly InputError[] = []) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.errors = errors;
  }
}

/** Makes the error for an answer that was not a success. `body` is the parsed answer, or text, or nothing. */
export function apiErrorFrom(status: number, body: unknown): ApiError {
  if (status === 0) return new ApiError('offline', 0, 'No answer from the server. Check the connection and try again.');
  if (isProblem(body)) return new ApiError(body.code, status, body.detail, body.errors);
  return new ApiError('unknown', status, `The server answered with status ${status}. Try again in a moment.`);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
