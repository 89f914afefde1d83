import type { HttpRequest } from '@azure/functions';
import type * as z from 'zod';
import { AppError } from './errors.ts';

/**
 * The query parameters of a request, checked; those that the schema does not know are ignored.
 * @throws AppError `invalid-request` that names the parameter
 */
export function readQuery<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): z.output<Schema> {
  const given = [...request.query].filter(([, value]) => value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({ pointer: issue.path.join('/'), detail: issue.message }));
  throw new AppError('invalid-request', 'A query parameter is not valid: see errors[].', { errors });
}
