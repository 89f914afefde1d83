import { app } from '@azure/functions';
import { sendTaskMessage } from '../azure/service-bus.ts';
import { publish } from '../events/publish.ts';
import { answering } from '../http-errors.ts';
import { getSettings } from '../settings.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { taskTypes } from '../task-types/registry.ts';
import { getPatientTaskStore, getTaskStore } from './engine.ts';
import { parseSubmission } from './parse-submission.ts';
import { readJson } from './read-json.ts';
import { submitTask } from './submit-task.ts';

app.http('SendMessage', {
  route: 'api/tasks',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const { id: owner } = readPrincipal(request.headers);
    const settings = getSettings();
    const limits = {
      payloadLimitBytes: settings.PayloadLimitBytes,
      maxAttempts: settings.MaxAttempts,
      idempotencyMs: settings.IdempotencyHours * 60 * 60 * 1000,
    };
    const body = await readJson(request, limits.payloadLimitBytes);
    const idempotencyKey = request.headers.get('idempotency-key') ?? undefined;
    const traceparent = context.traceContext?.traceParent;
    const submission = {
      owner,
      body,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(traceparent && { traceparent }),
    };
    const task = await submitTask(
      {
        store: getTaskStore(),
        patientStore: getPatientTaskStore(),
        send: sendTaskMessage,
        publish: (to, events) =>
          publish(to, events, (error) => context.warn('Events were stored but not pushed:', error)),
      },
      parseSubmission(submission, taskTypes, limits, Date.now()),
    );
    return { status: 202, headers: { location: `/api/tasks/${task.id}`, 'retry-after': '1' }, jsonBody: task };
  }),
});
