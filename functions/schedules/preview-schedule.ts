import { app } from '@azure/functions';
import { PreviewSchedule, type SchedulePreview } from '../../contracts/schedule.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { invalid } from '../tasks/parse-submission.ts';
import { toInputErrors } from '../task-types/define-task-type.ts';
import { readJson } from '../tasks/read-json.ts';
import { parseCron } from './cron.ts';
import { upcomingTimes } from './schedule-record.ts';

const bodyBytes = 4 * 1024;
const hint = 'Correct what errors[] points at.';

app.http('PreviewSchedule', {
  route: 'api/schedules/preview',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    readPrincipal(request.headers);
    return { jsonBody: preview(await readJson(request, bodyBytes), Date.now()) };
  }),
});

/** @throws AppError `invalid-request` with JSON pointers, as saving the schedule would */
function preview(body: unknown, now: number): SchedulePreview {
  const parsed = PreviewSchedule.safeParse(body);
  if (!parsed.success) throw invalid(toInputErrors(parsed.error), hint);
  const cron = parseCron(parsed.data.cron, parsed.data.timeZone);
  if ('error' in cron) throw invalid([cron.error], hint);
  return { upcoming: upcomingTimes(cron.occurrences, now).map((time) => new Date(time).toISOString()) };
}
