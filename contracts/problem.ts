import * as z from 'zod';

/** Every error code of the API with its HTTP status. */
export const problemStatus = {
  'invalid-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'payload-missing': 404,
  'payload-corrupt': 500,
  conflict: 409,
  'payload-too-large': 413,
  'idempotency-key-reused': 422,
  'too-many-requests': 429,
  'backlog-full': 503,
  'not-accepting': 503,
  'dependency-unavailable': 503,
  internal: 500,
} as const;
export type ProblemCode = keyof typeof problemStatus;

/** One fault in the input. `pointer` is an RFC 6901 JSON Pointer into the body (`""` is the whole), or names a query parameter or header. */
export const InputError = z.object({ pointer: z.string(), detail: z.string() });
export type InputError = z.infer<typeof InputError>;

/** RFC 9457 problem details, served as `application/problem+json`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]]),
  /** What went wrong, and what to do next. */
  detail: z.string(),
  errors: z.array(InputError).optional(),
});
export type Problem = z.infer<typeof Problem>;
