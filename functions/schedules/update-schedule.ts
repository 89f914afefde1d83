import { app } from '@azure/functions';
import { scheduleLimits } from '../../contracts/schedule.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { getSubmissionLimits } from '../tasks/create-submitter.ts';
import { readJson } from '../tasks/read-json.ts';
import { taskTypes } from '../task-types/registry.ts';
import { createImpatientMaterializing } from './create-materializing.ts';
import { materialize } from './materialize.ts';
import { parseSchedule } from './parse-schedule.ts';
import { ScheduleStore } from './schedule-store.ts';
import { findVisibleSchedule, scheduleNotFound } from './visible-schedule.ts';

app.http('UpdateSchedule', {
  route: 'api/schedules/{id}',
  methods: ['PUT'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    const { id, owner } = await findVisibleSchedule(getRedis(), request.params.id!, principal);
    const body = await readJson(request, scheduleLimits.payloadBytes);
    const now = Date.now();
    const submitting = { owner, taskTypes, limits: getSubmissionLimits(), now };
    const { definition, occurrences } = parseSchedule(body, submitting);
    const change = { definition: JSON.stringify(definition), firstRunAt: occurrences.after(now)!, now };
    const materializing = createImpatientMaterializing((...args) => context.log(...args));
    // What is to be made up for is the old version's.
    await materialize(materializing, id);
    const updated = await new ScheduleStore(getRedis()).update(id, visibleOwner(principal), change);
    if (updated === undefined) throw scheduleNotFound(id);
    await materialize(
      createImpatientMaterializing((...args) => context.log(...args)),
      id,
    );
    return { jsonBody: await findVisibleSchedule(getRedis(), id, principal) };
  }),
});
