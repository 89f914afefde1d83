import { app } from '@azure/functions';
import * as z from 'zod';
import { type BatchResult, batchLimits } from '../../contracts/submit.ts';
import { answering, toAppError, toProblem } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { toInputErrors } from '../task-types/define-task-type.ts';
import { createSubmitter } from './create-submitter.ts';
import { invalid } from './parse-submission.ts';
import { readJson } from './read-json.ts';

const Batch = z.strictObject({
  tasks: z.array(z.looseObject({ idempotencyKey: z.string().optional() })).min(1).max(batchLimits.tasks), // prettier-ignore
});

// Each task is accepted or refused by itself; natural batching lets them share their round trips.
app.http('SendMessages', {
  route: 'api/tasks/batch',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const submit = createSubmitter(readPrincipal(request.headers).id, context);
    const parsed = Batch.safeParse(await readJson(request, batchLimits.bytes));
    if (!parsed.success)
      throw invalid(toInputErrors(parsed.error), `Send {"tasks": […]} with 1 to ${batchLimits.tasks} tasks.`);
    const submitOne = async ({
      idempotencyKey,
      ...body
    }: z.output<typeof Batch>['tasks'][number]): Promise<BatchResult> => {
      try {
        return { status: 202, task: await submit(body, idempotencyKey) };
      } catch (error) {
        const problem = toProblem(toAppError(error, context));
        return { status: problem.status, error: problem };
      }
    };
    return { status: 202, jsonBody: { results: await Promise.all(parsed.data.tasks.map(submitOne)) } };
  }),
});
