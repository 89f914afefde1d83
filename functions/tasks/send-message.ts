import { app } from '@azure/functions';
import { answering } from '../http-errors.ts';
import { getSettings } from '../settings.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { createSubmitter } from './create-submitter.ts';
import { readJson } from './read-json.ts';

app.http('SendMessage', {
  route: 'api/tasks',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const submit = createSubmitter(readPrincipal(request.headers).id, context);
    const body = await readJson(request, getSettings().PayloadLimitBytes);
    const { task, headers } = await submit(body, request.headers.get('idempotency-key') ?? undefined);
    return {
      status: 202,
      headers: { location: `/api/tasks/${task.id}`, 'retry-after': '1', ...headers },
      jsonBody: task,
    };
  }),
});
