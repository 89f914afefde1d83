import { app } from '@azure/functions';
import * as z from 'zod';
import { type BatchResult, batchLimits } from '../../contracts/submit.ts';
import { answering, headersOf, toAppError, toProblem } from '../http-errors.ts';
import { mergeLimitHeaders } from '../limits/limit-headers.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { toInputErrors } from '../task-types/define-task-type.ts';
import { createSubmitter } from './create-submitter.ts';
import { invalid } from './parse-submission.ts';
import { readJson } from './read-json.ts';
import { Turns } from './turns.ts';

const Batch = z.strictObject({ tasks: z.array(z.unknown()).min(1).max(batchLimits.tasks) });
const Item = z.looseObject({ idempotencyKey: z.string().optional() });

// Each task is accepted or refused by itself; natural batching lets them share their round trips.
app.http('SendMessages', {
  route: 'api/tasks/batch',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const submit = createSubmitter(readPrincipal(request.headers).id, context);
    const batch = parse(Batch, await readJson(request, batchLimits.bytes));
    const headers: Readonly<Record<string, string>>[] = [];
    const turns = new Turns();
    const withKey = new Map<string, Promise<unknown>>();
    const submitOne = async (item: unknown): Promise<BatchResult> => {
      try {
        const { idempotencyKey, ...body } = parse(Item, item);
        const before = idempotencyKey === undefined ? undefined : withKey.get(idempotencyKey);
        // Whose payload takes longer is not to be overtaken by what stands behind it in the order.
        const submitIt = () => submit(body, idempotencyKey, turns);
        // The same key twice in one batch: the second waits for the first, and is answered with its task.
        const submitted = before === undefined ? submitIt() : before.then(submitIt);
        if (idempotencyKey !== undefined)
          withKey.set(
            idempotencyKey,
            submitted.catch(() => undefined),
          );
        const { task, headers: own } = await submitted;
        headers.push(own);
        return { status: 202, task };
      } catch (error) {
        const known = toAppError(error, context);
        headers.push(headersOf(known));
        const problem = toProblem(known);
        return { status: problem.status, error: problem };
      }
    };
    const results = await Promise.all(batch.tasks.map(submitOne));
    return { status: 202, headers: mergeLimitHeaders(headers), jsonBody: { results } };
  }),
});

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(
    toInputErrors(parsed.error),
    `Send {"tasks": […]} with 1 to ${batchLimits.tasks} tasks, each an object.`,
  );
}
