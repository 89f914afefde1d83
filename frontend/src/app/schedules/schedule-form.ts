import { FormControl, FormGroup, type ValidatorFn, Validators } from '@angular/forms';
import type { MissedRuns, SaveSchedule, Schedule } from '../../../../contracts/schedule.ts';
import type { Priority } from '../../../../contracts/task-states.ts';
import { tagsIn } from '../submit/tags.ts';
import { localTimeZone } from '../ui/locale.ts';
import { isSeen } from '../ui/seen-text.ts';

/** Limits of the API: `scheduleLimits` and `submitLimits` in contracts/. */
const longestName = 100;
const largestAttempts = 50;

const needed: ValidatorFn = (control) => Validators.required(control);
const seen: ValidatorFn = ({ value }) => (isSeen(String(value)) ? null : { unseen: true });

/** The form beside the payload. Control names are the API's, so that its errors find them. */
export function scheduleForm(schedule?: Schedule) {
  const text = (value = '') => new FormControl(value, { nonNullable: true });
  return new FormGroup({
    name: new FormControl(schedule?.name ?? '', {
      nonNullable: true,
      validators: [needed, seen, Validators.maxLength(longestName)],
    }),
    cron: new FormControl(schedule?.cron ?? '0 9 * * *', { nonNullable: true, validators: needed }),
    timeZone: new FormControl(schedule?.timeZone ?? localTimeZone, {
      nonNullable: true,
      validators: needed,
    }),
    missedRuns: new FormControl<MissedRuns>(schedule?.missedRuns ?? 'skip', { nonNullable: true }),
    priority: new FormControl<Priority>(schedule?.priority ?? 'normal', { nonNullable: true }),
    maxAttempts: new FormControl<number | null>(schedule?.maxAttempts ?? null, [
      Validators.min(1),
      Validators.max(largestAttempts),
    ]),
    /** Seconds, or an ISO 8601 duration. */
    expiresIn: text(schedule?.expiresIn === undefined ? '' : String(schedule.expiresIn)),
    orderingKey: text(schedule?.orderingKey),
    /** Separated by commas. */
    tags: text(schedule?.tags?.join(', ')),
  });
}
export type ScheduleForm = ReturnType<typeof scheduleForm>;

/** Fields that the form says all about, or that the server makes. */
type Replaced = Exclude<keyof Schedule, keyof SaveSchedule> | keyof ScheduleForm['controls'] | 'type' | 'payload';

/** What the server is asked to keep. @param before the schedule that is edited: what the form does not show stays as it is */
export function toSaveSchedule(
  form: ScheduleForm,
  task: { type: string; payload: unknown },
  before?: Schedule,
): SaveSchedule {
  const { maxAttempts, expiresIn, orderingKey, tags, ...rest } = form.getRawValue();
  const words = tagsIn(tags);
  return {
    ...(before && notShown(before)),
    ...rest,
    ...task,
    ...(maxAttempts !== null && { maxAttempts }),
    ...(expiresIn.trim() !== '' && {
      expiresIn: /^\d+$/.test(expiresIn.trim()) ? Number(expiresIn) : expiresIn.trim(),
    }),
    ...(orderingKey.trim() !== '' && { orderingKey: orderingKey.trim() }),
    ...(words.length > 0 && { tags: words }),
  };
}

const replaced: Record<Replaced, true> = {
  id: true,
  owner: true,
  paused: true,
  nextRunAt: true,
  lastRunAt: true,
  lastTaskId: true,
  lastState: true,
  lastError: true,
  createdAt: true,
  updatedAt: true,
  upcoming: true,
  name: true,
  cron: true,
  timeZone: true,
  missedRuns: true,
  priority: true,
  maxAttempts: true,
  expiresIn: true,
  orderingKey: true,
  tags: true,
  type: true,
  payload: true,
};

function notShown(schedule: Schedule): Partial<SaveSchedule> {
  return Object.fromEntries(Object.entries(schedule).filter(([name]) => !Object.hasOwn(replaced, name)));
}

export interface CronChoice {
  readonly cron: string;
  readonly word: string;
}

/** Times that many want. */
export const cronChoices: readonly CronChoice[] = [
  { cron: '*/5 * * * *', word: $localize`Every 5 minutes` },
  { cron: '0 * * * *', word: $localize`Every hour` },
  { cron: '0 9 * * *', word: $localize`Every day at 09:00` },
  { cron: '30 2 * * *', word: $localize`Every night at 02:30` },
  { cron: '0 9 * * 1-5', word: $localize`Weekdays at 09:00` },
  { cron: '0 8 * * 1', word: $localize`Mondays at 08:00` },
  { cron: '0 6 1 * *', word: $localize`First of the month at 06:00` },
  { cron: '0 18 L * *', word: $localize`Last day of the month at 18:00` },
];
