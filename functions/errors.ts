import type { InputError, ProblemCode } from '../contracts/problem.ts';

interface More {
  readonly errors?: InputError[];
  readonly retryAfterS?: number;
  readonly headers?: Record<string, string>;
  readonly cause?: unknown;
  readonly dependency?: string;
}

/** An error that a caller can act on. Everything else is a defect and answered as `internal`. */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly InputError[] | undefined;
  readonly retryAfterS: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The service that is out of reach. */
  readonly dependency: string | undefined;

  /** @param detail what went wrong and what to do next, for people */
  constructor(code: ProblemCode, detail: string, more: More = {}) {
    super(detail, { cause: more.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = more.errors;
    this.retryAfterS = more.retryAfterS;
    this.headers = more.headers ?? {};
    this.dependency = more.dependency;
  }
}

export function notFound(id: string): AppError {
  return new AppError(
    'not-found',
    `There is no task ${id} among yours. Check the ID, or list your tasks with GET /api/tasks.`,
  );
}

/** @param dependency its name, for people */
export function unavailable(dependency: string, cause: unknown): AppError {
  const detail = `${dependency} is out of reach, so nothing was changed. Try again in a few seconds; GET /api/health tells when it is back.`;
  return new AppError('dependency-unavailable', detail, { retryAfterS: 5, cause, dependency });
}

/** Not what health tells of: all but history goes on. */
export function historyUnavailable(cause: unknown): AppError {
  const detail =
    'Table Storage is out of reach, so history cannot be looked into. Try again in a few seconds; all else goes on.';
  return new AppError('dependency-unavailable', detail, { retryAfterS: 5, cause, dependency: 'Table Storage' });
}
