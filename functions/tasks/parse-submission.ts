import { createHash } from 'node:crypto';
import type { InputError } from '../../contracts/problem.ts';
import { SubmitTask, submitLimits } from '../../contracts/submit.ts';
import { AppError } from '../errors.ts';
import type { ReadUpload } from '../payloads/uploads.ts';
import { isCallbackAllowed } from '../callbacks/callback-hosts.ts';
import { type PayloadNotes, toInputErrors, type TaskType } from '../task-types/define-task-type.ts';
import { parseDuration } from './duration.ts';
import { findUnkeepable } from './json-limits.ts';
import { laneOf } from './lanes.ts';
import { createTaskId } from './task-id.ts';
import type { RunOf } from './task-record.ts';
import type { NewTask } from './new-task.ts';

export interface SubmissionLimits {
  readonly payloadLimitBytes: number;
  readonly maxAttempts: number;
  readonly idempotencyMs: number;
  readonly callbackHosts: readonly string[];
}

interface Submission {
  readonly owner: string;
  /** The parsed body, not yet checked. */
  readonly body: unknown;
  readonly idempotencyKey?: string;
  readonly traceparent?: string;
  /** Set when a schedule submits it. */
  readonly run?: RunOf;
}

const hint = 'Correct what errors[] points at; GET /api/task-types shows each type with its schema and an example.';

export function invalid(errors: InputError[], detail = hint): AppError {
  return new AppError('invalid-request', detail, { errors });
}

/**
 * Turns what a client sent into a task to accept.
 * @param now milliseconds since 1970
 * @param upload what `payloadRef` refers to
 * @throws AppError `invalid-request` with JSON pointers, or `payload-too-large`
 */
export function parseSubmission(
  { owner, body, idempotencyKey, traceparent, run }: Submission,
  taskTypes: ReadonlyMap<string, TaskType>,
  limits: SubmissionLimits,
  now: number,
  upload?: ReadUpload,
): NewTask {
  const { submitted, taskType } = parseEnvelope(body, taskTypes);
  checkCallback(submitted, limits);
  if (submitted.payloadRef !== undefined && upload === undefined) {
    throw invalid([{ pointer: '/payloadRef', detail: 'An upload cannot be used here: send the payload itself.' }]);
  }
  const {
    about,
    orderingKey: keyOfType,
    ...payload
  } = upload === undefined
    ? inlinePayload(submitted.payload, taskType, limits.payloadLimitBytes)
    : uploadedPayload(upload, taskType);
  const orderingKey = orderingKeyOf(submitted, keyOfType);
  const { concurrencyKey, priority = 'normal' } = submitted;
  const delivery = submitted.delivery ?? 'at-least-once';

  return {
    id: createTaskId(owner, now),
    owner,
    type: submitted.type,
    details: {
      ...(about !== undefined && { about }),
      tags: [...new Set(submitted.tags)],
      priority,
      ...(orderingKey !== undefined && { orderingKey }),
      ...(concurrencyKey !== undefined && { concurrencyKey }),
      ...(submitted.retry !== undefined && { retry: submitted.retry }),
      ...(traceparent !== undefined && { traceparent }),
      ...(run !== undefined && { run }),
    },
    ...payload,
    delivery,
    lane: laneOf({ owner, priority, orderingKey }),
    ...(orderingKey !== undefined && { orderingKey, holds: submitted.ifDeadLettered === 'hold' }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(submitted.callbackUrl !== undefined && { callbackUrl: submitted.callbackUrl }),
    maxAttempts:
      delivery === 'at-most-once' ? 1 : (submitted.maxAttempts ?? taskType.retry.maxAttempts ?? limits.maxAttempts),
    ...readTimes(submitted, now, run?.occurrenceAt),
    ...(idempotencyKey !== undefined && {
      idempotency: {
        key: checkIdempotencyKey(idempotencyKey),
        fingerprint: fingerprintOf(submitted, upload?.sha256),
        keptMs: limits.idempotencyMs,
      },
    }),
  };
}

export function payloadTooLarge(limitBytes: number, bytes?: number): AppError {
  const got = bytes === undefined ? '' : ` This one has ${bytes.toLocaleString('en')}.`;
  const detail = `A payload may have ${limitBytes.toLocaleString('en')} bytes of JSON.${got} Upload it (POST /api/uploads) and send a payloadRef, or split it into several tasks.`;
  return new AppError('payload-too-large', detail);
}

interface Envelope {
  readonly submitted: SubmitTask;
  readonly taskType: TaskType;
}

/**
 * Everything of a submission but whether its payload fits.
 * @throws AppError `invalid-request` with JSON pointers
 */
export function parseEnvelope(body: unknown, taskTypes: ReadonlyMap<string, TaskType>): Envelope {
  const unkeepable = findUnkeepable(body, submitLimits.depth);
  if (unkeepable !== undefined) throw invalid([unkeepable]);
  const parsed = SubmitTask.safeParse(body);
  if (!parsed.success) throw invalid(toInputErrors(parsed.error));
  const errors = payloadFaults(parsed.data);
  if (errors.length > 0) throw invalid(errors);
  const taskType = taskTypes.get(parsed.data.type);
  if (taskType !== undefined && !taskType.isInternal) return { submitted: parsed.data, taskType };
  const known = [...taskTypes.values()]
    .filter(({ isInternal }) => !isInternal)
    .map(({ info }) => info.name)
    .join(', ');
  throw invalid([{ pointer: '/type', detail: `There is no task type "${parsed.data.type}". Known are: ${known}.` }]);
}

function payloadFaults({ payload, payloadRef }: SubmitTask): InputError[] {
  if (payload === undefined && payloadRef === undefined) {
    return [{ pointer: '/payload', detail: 'This field is required; or upload the payload, and send payloadRef.' }];
  }
  if (payload === undefined || payloadRef === undefined) return [];
  return [{ pointer: '/payloadRef', detail: 'Send either payload or payloadRef, not both.' }];
}

/** The order that a task type has goes before what a caller may wish for. */
function orderingKeyOf({ type, orderingKey }: SubmitTask, keyOfType: string | undefined): string | undefined {
  if (keyOfType === undefined || orderingKey === undefined || orderingKey === keyOfType) {
    return keyOfType ?? orderingKey;
  }
  const detail = `Tasks of type ${type} are in an order of their own, here "${keyOfType}": leave this field out.`;
  throw invalid([{ pointer: '/orderingKey', detail }]);
}

type Payload = Pick<NewTask, 'payload' | 'payloadBytes' | 'uploaded'> & PayloadNotes;

function inlinePayload(value: unknown, taskType: TaskType, limitBytes: number): Payload {
  const payload = JSON.stringify(value);
  const payloadBytes = Buffer.byteLength(payload);
  if (payloadBytes > limitBytes) throw payloadTooLarge(limitBytes, payloadBytes);
  return { payload, payloadBytes, ...checkPayload(value, taskType) };
}

function uploadedPayload({ value, ...uploaded }: ReadUpload, taskType: TaskType): Payload {
  const unkeepable = findUnkeepable(value, submitLimits.depth, ['payload']);
  if (unkeepable !== undefined) throw invalid([unkeepable]);
  const notes = checkPayload(value, taskType);
  return { payload: '', payloadBytes: uploaded.json.length, uploaded, ...notes };
}

function checkPayload(value: unknown, taskType: TaskType): PayloadNotes {
  const parsed = taskType.parse(value);
  if ('errors' in parsed) throw invalid(parsed.errors);
  const { about, orderingKey } = parsed;
  return { ...(about !== undefined && { about }), ...(orderingKey !== undefined && { orderingKey }) };
}

function checkCallback({ callbackUrl }: SubmitTask, { callbackHosts }: SubmissionLimits): void {
  if (callbackUrl === undefined || isCallbackAllowed(callbackUrl, callbackHosts)) return;
  const allowed = callbackHosts.length === 0 ? 'none' : callbackHosts.join(', ');
  const detail = `The hosts that may be called are ${allowed}; the setting CallbackHosts says so.`;
  throw invalid([{ pointer: '/callbackUrl', detail }]);
}

type Times = Pick<NewTask, 'scheduledFor' | 'expiresAt'>;

/**
 * A task whose time is over before it may start is taken in as well: it expires, as it says.
 * @param occurrence the time that a schedule names: it stands on the task, passed or not, and its expiry is counted from it
 */
function readTimes({ scheduledFor, expiresIn }: SubmitTask, now: number, occurrence?: number): Times {
  const startsAt = occurrence ?? (scheduledFor === undefined ? undefined : readScheduledFor(scheduledFor, now));
  return {
    ...(startsAt !== undefined && { scheduledFor: startsAt }),
    ...(expiresIn !== undefined && { expiresAt: (occurrence ?? now) + readExpiresIn(expiresIn) }),
  };
}

/** A time that has passed means now. */
function readScheduledFor(text: string, now: number): number | undefined {
  const at = Date.parse(text);
  if (at > now + submitLimits.horizonMs) throw invalid([{ pointer: '/scheduledFor', detail: 'At most a year ahead.' }]);
  return at > now ? at : undefined;
}

/** Milliseconds. */
function readExpiresIn(expiresIn: number | string): number {
  const length = typeof expiresIn === 'number' ? expiresIn * 1000 : parseDuration(expiresIn);
  if (length !== undefined && length > 0 && length <= submitLimits.horizonMs) return Math.ceil(length);
  const detail = 'Seconds, or an ISO 8601 duration such as PT30M or P1D; at most a year.';
  throw invalid([{ pointer: '/expiresIn', detail }]);
}

const idempotencyKeyPattern = /^[\x21-\x7e]+$/;

/** @throws AppError `invalid-request` that names the header */
export function checkIdempotencyKey(key: string): string {
  if (key.length <= submitLimits.idempotencyKeyLength && idempotencyKeyPattern.test(key)) return key;
  const detail = `1 to ${submitLimits.idempotencyKeyLength} printable ASCII characters without spaces; a UUID does well.`;
  throw invalid([{ pointer: 'Idempotency-Key', detail }], 'The header Idempotency-Key is not usable.');
}

/** An uploaded payload counts by its bytes: who uploads it again, after an answer got lost, still asks for the same. */
function fingerprintOf({ payloadRef, ...submitted }: SubmitTask, uploadSha256: string | undefined): string {
  return fingerprint(payloadRef === undefined ? submitted : { ...submitted, uploadSha256 });
}

/** The same for the same request, whatever the order of its fields. */
export function fingerprint(request: object): string {
  return createHash('sha256').update(JSON.stringify(request, inOneOrder)).digest('hex');
}

/** For JSON.stringify: objects that differ in the order of their keys only are the same. */
function inOneOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
