import * as z from 'zod';
import {
  type DeadLetterFilter,
  type DeadLetterGroup,
  oneSelection,
  type Refusal,
  type RefusalReason,
  selectionFields,
} from './dead-letters.ts';

export const replayLimits = {
  canary: 10_000,
  ratePerSecond: { min: 0.01, max: 10_000 },
  operations: 100,
  pointerLength: 1_000,
  /** Payloads that a dry run tries the patch on, oldest first. */
  checkedPayloads: 1_000,
  samples: 3,
} as const;

/** RFC 6901. The three names reach into JavaScript's own objects and never belong to data that was sent as JSON. */
const Pointer = z
  .string()
  .max(replayLimits.pointerLength)
  .regex(/^(\/([^~/]|~[01])*)*$/, { error: 'A JSON Pointer (RFC 6901): "" or "/field/0/name".' })
  .refine((path) => !path.split('/').some((part) => ['__proto__', 'constructor', 'prototype'].includes(part)), {
    error: 'Fields called __proto__, constructor or prototype cannot be patched.',
  });

/** JSON has no undefined, so a value that is missing was left out. */
const Value = z.unknown().refine((value) => value !== undefined, { error: 'This operation needs a value.' });

/** RFC 6902; each path counts from the payload. */
export const JsonPatch = z
  .array(
    z.discriminatedUnion('op', [
      z.strictObject({ op: z.literal('add'), path: Pointer, value: Value }),
      z.strictObject({ op: z.literal('replace'), path: Pointer, value: Value }),
      z.strictObject({ op: z.literal('test'), path: Pointer, value: Value }),
      z.strictObject({ op: z.literal('remove'), path: Pointer }),
      z.strictObject({ op: z.literal('move'), from: Pointer, path: Pointer }),
      z.strictObject({ op: z.literal('copy'), from: Pointer, path: Pointer }),
    ]),
  )
  .min(1)
  .max(replayLimits.operations);
export type JsonPatch = z.infer<typeof JsonPatch>;

/** What `POST /api/dead-letters/replay` takes. */
export const ReplayDeadLetters = z
  .strictObject({
    ...selectionFields,
    /** Tells what would happen, and changes nothing. */
    dryRun: z.boolean().optional(),
    /** Replays so many first and waits for how they end before it goes on. */
    canary: z.int().min(1).max(replayLimits.canary).optional(),
    ratePerSecond: z.number().min(replayLimits.ratePerSecond.min).max(replayLimits.ratePerSecond.max).optional(),
    /**
     * Stops when a larger share (0 to 1) of what has ended was dead-lettered again: of the canary, or of at least ten.
     * Without it, one failure in the canary stops the plan, and nothing stops it after that.
     */
    stopAtFailureRate: z.number().min(0).max(1).optional(),
    /** Edits each payload before its task goes on its way again. */
    patch: JsonPatch.optional(),
  })
  .superRefine(oneSelection);
export type ReplayDeadLetters = z.infer<typeof ReplayDeadLetters>;

/** What `POST /api/tasks/{id}/replay` may take. */
export const ReplayTask = z.strictObject({ patch: JsonPatch.optional() });
export type ReplayTask = z.infer<typeof ReplayTask>;

export const replayStates = ['running', 'paused', 'stopped', 'completed'] as const;
export type ReplayState = (typeof replayStates)[number];

/**
 * A replay of dead letters, one by one, oldest first.
 * `matched` = `replayed` + `skipped` + `remaining`, and `replayed` = `completed` + `failed` + `cancelled` + `outstanding`.
 */
export interface ReplayPlan extends ReplayProgress {
  /** The first of those that were skipped. */
  readonly refusals: readonly Refusal[];
}

/** A plan as it is pushed while it runs. */
export interface ReplayProgress {
  readonly id: string;
  readonly state: ReplayState;
  /** Who asked for it. */
  readonly owner: string;
  /** Why it was stopped. */
  readonly reason?: string;
  /** What a running plan waits for: how its canary ends, its rate, or room, as many replayed tasks are still under way. */
  readonly waitingFor?: 'canary' | 'rate' | 'outcomes';
  readonly matched: number;
  /** On their way again. */
  readonly replayed: number;
  readonly completed: number;
  /** Dead-lettered again. */
  readonly failed: number;
  /** Cancelled, expired, or no longer kept. */
  readonly cancelled: number;
  /** Refused: `skippedReasons` counts why. */
  readonly skipped: number;
  readonly skippedReasons: Readonly<Partial<Record<RefusalReason, number>>>;
  /** Replayed and not yet ended. */
  readonly outstanding: number;
  /** Not yet looked at. */
  readonly remaining: number;
  /** The filter fitted more dead letters than one plan takes: make another plan for the rest. */
  readonly truncated?: true;
  /** As asked; of `ids` only the number. */
  readonly filter?: DeadLetterFilter;
  readonly ids?: number;
  readonly canary?: number;
  readonly ratePerSecond?: number;
  readonly stopAtFailureRate?: number;
  readonly patch?: JsonPatch;
  readonly createdAt: string;
  readonly finishedAt?: string;
}

/** `GET /api/replays`: newest first. */
export interface ReplayPage {
  readonly replays: readonly ReplayPlan[];
  /** There when more follow. */
  readonly cursor?: string;
}

/** What a dry run answers. */
export interface ReplayPreview {
  readonly dryRun: true;
  readonly matched: number;
  /** How many would be replayed, as far as can be told now. */
  readonly replayable: number;
  readonly skipped: number;
  readonly skippedReasons: Readonly<Partial<Record<RefusalReason, number>>>;
  readonly refusals: readonly Refusal[];
  readonly groups: readonly DeadLetterGroup[];
  readonly samples: readonly ReplaySample[];
  /** With a patch: on how many payloads it was tried, when not on all. */
  readonly checked?: number;
  readonly truncated?: true;
}

export interface ReplaySample {
  readonly id: string;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  /** With a patch: the payload as it is, and as it would be. */
  readonly before?: unknown;
  readonly after?: unknown;
}
