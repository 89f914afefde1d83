import { app } from '@azure/functions';
import { scheduleLimits } from '../../contracts/schedule.ts';
import { getRedis } from '../azure/redis.ts';
import { AppError } from '../errors.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { checkIdempotencyKey, fingerprint } from '../tasks/parse-submission.ts';
import { idempotencyKeyReused } from '../tasks/submit-task.ts';
import { getSubmissionLimits } from '../tasks/create-submitter.ts';
import { readJson } from '../tasks/read-json.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { taskTypes } from '../task-types/registry.ts';
import { createImpatientMaterializing } from './create-materializing.ts';
import { tryMaterialize } from './materialize.ts';
import { parseSchedule } from './parse-schedule.ts';
import { toSchedule } from './schedule-record.ts';
import { type Created, ScheduleStore } from './schedule-store.ts';

app.http('CreateSchedule', {
  route: 'api/schedules',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const owner = readPrincipal(request.headers).id;
    const body = await readJson(request, scheduleLimits.payloadBytes);
    const created = await create(owner, body, request.headers.get('idempotency-key') ?? undefined);
    const id = created.id!;
    await tryMaterialize(
      createImpatientMaterializing((...args) => context.log(...args)),
      id,
    );
    const schedule = toSchedule(created, undefined, Date.now());
    return { status: 201, headers: { location: `/api/schedules/${id}` }, jsonBody: schedule };
  }),
});

async function create(owner: string, body: unknown, idempotencyKey: string | undefined) {
  const now = Date.now();
  const limits = getSubmissionLimits();
  const { definition, occurrences } = parseSchedule(body, { owner, taskTypes, limits, now });
  const created = await new ScheduleStore(getRedis()).create({
    id: createTaskId(owner, now),
    owner,
    definition: JSON.stringify(definition),
    firstRunAt: occurrences.after(now)!,
    now,
    ...(idempotencyKey !== undefined && {
      idempotency: {
        key: checkIdempotencyKey(idempotencyKey),
        fingerprint: fingerprint(definition),
        keptMs: limits.idempotencyMs,
      },
    }),
  });
  return fieldsOf(created);
}

function fieldsOf(created: Created) {
  switch (created.outcome) {
    case 'reused':
      throw idempotencyKeyReused();
    case 'full':
      throw new AppError(
        'conflict',
        `You have ${scheduleLimits.perOwner} schedules, which is as many as one owner may have. Delete one that is no longer needed.`,
      );
    default:
      return created.fields;
  }
}
