import type { HttpRequest } from '@azure/functions';
import type * as z from 'zod';
import { submitLimits } from '../../contracts/submit.ts';
import { toInputErrors } from '../task-types/define-task-type.ts';
import { findUnkeepable } from '../tasks/json-limits.ts';
import { invalid } from '../tasks/parse-submission.ts';
import { readJson } from '../tasks/read-json.ts';

/** 10,000 IDs and a patch. */
const bodyBytes = 1024 * 1024;
const hint = 'Correct what errors[] points at.';

/**
 * The JSON body of a request, checked.
 * @param emptyBody what an empty body stands for, where it may be empty
 * @throws AppError `invalid-request` with JSON pointers, or `payload-too-large`
 */
export async function readRequest<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  emptyBody?: unknown,
): Promise<z.output<Schema>> {
  const isEmpty = emptyBody !== undefined && (await request.clone().text()).trim() === '';
  const body = isEmpty ? emptyBody : await readJson(request, bodyBytes);
  const unkeepable = findUnkeepable(body, submitLimits.depth);
  if (unkeepable !== undefined) throw invalid([unkeepable], hint);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw invalid(toInputErrors(parsed.error), hint);
  return parsed.data;
}
