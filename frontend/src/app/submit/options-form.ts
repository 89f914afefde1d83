import { FormControl, FormGroup, Validators } from '@angular/forms';
import type { SubmitTask } from '../../../../contracts/submit.ts';
import { tagsIn } from './tags.ts';
import { deliveryWords, priorityWords } from '../ui/option-words.ts';
import type { deadLetterPolicies, Delivery, Priority } from '../../../../contracts/task-states.ts';

export const largestAttempts = 50;
const secondsPer = { minutes: 60, hours: 3600, days: 86_400 } as const;

/** How a delivery is offered. */
export interface DeliveryLook {
  readonly name: Delivery;
  readonly word: string;
  readonly about: string;
}

export const deliveryLooks: readonly DeliveryLook[] = [
  {
    name: 'at-least-once',
    word: deliveryWords['at-least-once'],
    about: $localize`Tried again after a failure or a crash; what it did by then may happen twice.`,
  },
  {
    name: 'at-most-once',
    word: deliveryWords['at-most-once'],
    about: $localize`Never begun a second time: after a failure or a crash it is a dead letter.`,
  },
  {
    name: 'exactly-once',
    word: deliveryWords['exactly-once'],
    about: $localize`Tried again, but steps that were done are remembered and not repeated.`,
  },
];

/** How a priority is offered: each has workers of its own. */
export const priorityLooks: readonly { readonly name: Priority; readonly word: string }[] = [
  { name: 'high', word: priorityWords.high },
  { name: 'normal', word: priorityWords.normal },
  { name: 'low', word: priorityWords.low },
];

type DeadLetterPolicy = (typeof deadLetterPolicies)[number];

const longestKey = 128;

/** The form behind "When, order, retries, tags". Control names are the API's, so that its errors find them. */
export function optionsForm() {
  return new FormGroup({
    /** Local date and time, as the browser's field has it. */
    scheduledFor: new FormControl('', { nonNullable: true }),
    expiresIn: new FormControl<number | null>(null, Validators.min(1)),
    expiresUnit: new FormControl<keyof typeof secondsPer>('minutes', { nonNullable: true }),
    delivery: new FormControl<Delivery>('at-least-once', { nonNullable: true }),
    orderingKey: new FormControl('', { nonNullable: true, validators: Validators.maxLength(longestKey) }),
    ifDeadLettered: new FormControl<DeadLetterPolicy>('set-aside', { nonNullable: true }),
    concurrencyKey: new FormControl('', { nonNullable: true, validators: Validators.maxLength(longestKey) }),
    priority: new FormControl<Priority>('normal', { nonNullable: true }),
    maxAttempts: new FormControl<number | null>(null, [Validators.min(1), Validators.max(largestAttempts)]),
    callbackUrl: new FormControl('', { nonNullable: true, validators: Validators.pattern(/^\s*https?:\/\/\S+\s*$/) }),
    /** Separated by commas. */
    tags: new FormControl('', { nonNullable: true }),
  });
}
export type OptionsForm = ReturnType<typeof optionsForm>;

/** The part of a submission these options say; what is left empty is left to the API. */
export function optionsOf(form: OptionsForm): Omit<SubmitTask, 'type' | 'payload'> {
  const { scheduledFor, expiresIn, expiresUnit, delivery, orderingKey, ifDeadLettered, concurrencyKey, priority, maxAttempts, callbackUrl, tags } =
    form.getRawValue(); // prettier-ignore
  const words = tagsIn(tags);
  return {
    ...(scheduledFor !== '' && { scheduledFor: new Date(scheduledFor).toISOString() }),
    ...(expiresIn !== null && { expiresIn: expiresIn * secondsPer[expiresUnit] }),
    ...(delivery !== 'at-least-once' && { delivery }),
    ...(orderingKey.trim() !== '' && { orderingKey: orderingKey.trim() }),
    ...(orderingKey.trim() !== '' && ifDeadLettered !== 'set-aside' && { ifDeadLettered }),
    ...(concurrencyKey.trim() !== '' && { concurrencyKey: concurrencyKey.trim() }),
    ...(callbackUrl.trim() !== '' && { callbackUrl: callbackUrl.trim() }),
    ...(priority !== 'normal' && { priority }),
    ...(maxAttempts !== null && delivery !== 'at-most-once' && { maxAttempts }),
    ...(words.length > 0 && { tags: words }),
  };
}
