import { app } from '@azure/functions';
import type { TaskTypeList } from '../../contracts/task-type-info.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { taskTypes } from './registry.ts';

app.http('ListTaskTypes', {
  route: 'api/task-types',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    readPrincipal(request.headers);
    const submittable = [...taskTypes.values()].filter(({ isInternal }) => !isInternal);
    const list: TaskTypeList = { taskTypes: submittable.map(({ info }) => info) };
    return { jsonBody: list };
  }),
});
