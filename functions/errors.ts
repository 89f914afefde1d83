import type { InputError, ProblemCode } from '../contracts/problem.ts';

/** An error that a caller can act on. Everything else is a defect and answered as `internal`. */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly InputError[] | undefined;
  readonly retryAfterS: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what went wrong and what to do next, for people */
  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: InputError[]; retryAfterS?: number; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = more.errors;
    this.retryAfterS = more.retryAfterS;
    this.headers = more.headers ?? {};
  }
}

export function notFound(id: string): AppError {
  return new AppError(
    'not-found',
    `There is no task ${id} among yours. Check the ID, or list your tasks with GET /api/tasks.`,
  );
}

export function unavailable(dependency: string, cause: unknown): AppError {
  const detail = `${dependency} is out of reach, so nothing was changed. Try again in a few seconds; GET /api/health tells when it is back.`;
  return new AppError('dependency-unavailable', detail, { retryAfterS: 5, cause });
}
