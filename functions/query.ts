import type { HttpRequest } from '@azure/functions';
import * as z from 'zod';
import { AppError } from './errors.ts';

/** A whole number in decimal digits. */
export function wholeNumber(min: number, max: number) {
  const error = `A whole number from ${min} to ${max}.`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error, abort: true })
    .transform(Number)
    .pipe(z.number({ error }).min(min, error).max(max, error));
}

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
