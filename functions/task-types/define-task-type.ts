import * as z from 'zod';
import type { InputError } from '../../contracts/problem.ts';
import { isSeen } from '../../contracts/seen-text.ts';
import type { RetryOptions } from '../../contracts/submit.ts';
import type { TaskTypeInfo } from '../../contracts/task-type-info.ts';

export interface TypeLimit {
  readonly ratePerSecond?: number | undefined;
  readonly concurrency?: number | undefined;
}

/** What a handler can use while it runs. */
export interface TaskContext {
  readonly taskId: string;
  /** Who submitted it, by ID. */
  readonly owner: string;
  /** When, in milliseconds since 1970. */
  readonly submittedAt: number;
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborted when the task is cancelled, its time is over, or another worker has taken it over: stop then. */
  readonly signal: AbortSignal;
  /**
   * Tells whoever watches how far the work is; call it as often as you like.
   * @param percent 0 to 100
   * @param message what is being done, up to 500 characters
   */
  readonly progress: (percent: number, message?: string) => void;
  /** As console.log; also kept with the task (`logLimits`), where its owner reads it: log no secret. */
  readonly log: (...args: unknown[]) => void;
  /**
   * Does a part of the work once: its value is remembered, and a later attempt gets it without running it again. Put each
   * effect on the outside world into a step of its own. A process that dies between the effect and its record does it again.
   * @param name unique within the task
   * @param run gives any JSON; what all steps of a task give together stays below the setting ResultLimitBytes
   */
  readonly step: <T>(name: string, run: () => Promise<T>) => Promise<T>;
}

export interface TaskTypeDefinition<Payload extends z.ZodType> {
  /** Short, lower-case, with hyphens: what callers write as `type`. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly schema: Payload;
  readonly example: z.input<Payload>;
  /** What a task is about, in a few words from its payload: people tell tasks of one type apart by it. */
  readonly about?: (payload: z.output<Payload>) => string | undefined;
  /** Where it is the type that says in which order tasks run: the key of a task by its payload. Callers cannot give another. */
  readonly orderingKey?: (payload: z.output<Payload>) => string;
  /** How long one attempt may take; by default the setting AttemptTimeLimitSeconds. */
  readonly timeLimitMs?: number;
  /** Where it differs from the app's settings; a task's own options win. */
  readonly retry?: RetryOptions & { readonly maxAttempts?: number };
  /** Submitted by the app itself, and by nobody else. */
  readonly isInternal?: boolean;
  /** How many tasks of this type may be submitted in a second, and run at once, over all owners; the setting TypeLimits goes before. */
  readonly limits?: TypeLimit;
  /** @returns the result, any JSON of at most ResultLimitBytes. Throw PermanentError where another attempt would be of no use; anything else is retried. */
  readonly run: (context: TaskContext, payload: z.output<Payload>) => Promise<unknown>;
}

/** What a payload says of its task. */
export interface PayloadNotes {
  readonly about?: string;
  readonly orderingKey?: string;
}
export type ParsedPayload = ({ readonly payload: unknown } & PayloadNotes) | { readonly errors: InputError[] };

/** A task type as the engine sees it. */
export interface TaskType {
  readonly info: TaskTypeInfo;
  readonly timeLimitMs: number | undefined;
  readonly retry: RetryOptions & { readonly maxAttempts?: number };
  readonly limits: TypeLimit;
  readonly isInternal: boolean;
  readonly parse: (payload: unknown) => ParsedPayload;
  readonly run: (context: TaskContext, payload: unknown) => Promise<unknown>;
}

/** Thrown by a handler when another attempt would fail the same way: the task is dead-lettered at once. */
export class PermanentError extends Error {
  readonly code: string;

  constructor(message: string, code = 'permanent') {
    super(message);
    this.name = 'PermanentError';
    this.code = code;
  }
}

/** Thrown by a handler that cannot work now: the task comes back later, and this attempt does not count. */
export class RetryLater extends Error {
  /** Milliseconds from now. */
  readonly after: number;

  constructor({ after, message = 'The handler asked to be called again later.' }: { after: number; message?: string }) {
    super(message);
    this.name = 'RetryLater';
    this.after = after;
  }
}

/** Longest `about` of a task, in characters. */
const aboutLength = 100;

export function defineTaskType<Payload extends z.ZodType>(definition: TaskTypeDefinition<Payload>): TaskType {
  const {
    name,
    title,
    description,
    schema,
    example,
    about,
    orderingKey,
    timeLimitMs,
    retry = {},
    limits = {},
    isInternal = false,
    run,
  } = definition;
  return {
    info: {
      name,
      title,
      ...(description !== undefined && { description }),
      schema: z.toJSONSchema(schema, { io: 'input' }),
      example,
    },
    timeLimitMs,
    retry,
    limits,
    isInternal,
    parse(payload) {
      const parsed = schema.safeParse(payload);
      if (!parsed.success) return { errors: toInputErrors(parsed.error, '/payload') };
      const told = about?.(parsed.data)?.trim();
      const words = told !== undefined && isSeen(told) ? shorten(told) : undefined;
      const key = orderingKey?.(parsed.data);
      return {
        payload: parsed.data,
        ...(words !== undefined && { about: words }),
        ...(key !== undefined && { orderingKey: key }),
      };
    },
    // What run gets has been through parse.
    run: (context, payload) => run(context, payload as z.output<Payload>),
  };
}

/** What is cut says so; a character of two halves is not cut in the middle. */
function shorten(words: string): string {
  if (words.length <= aboutLength) return words;
  const kept = words.slice(0, aboutLength - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept.trimEnd()}…`;
}

/** @param base JSON Pointer of the value that was parsed */
export function toInputErrors(error: z.ZodError, base = ''): InputError[] {
  return error.issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return keys.map((path) => ({ pointer: base + toPointer(path), detail: detailOf(issue) }));
  });
}

function detailOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'This field does not exist here; remove it.';
    case 'too_big':
      return `At most ${String(issue.maximum)}${unitOf(issue.origin, issue.maximum)}.`;
    case 'too_small':
      // A schema's own message for an empty field says more than a count.
      return /^Too small/.test(issue.message)
        ? `${issue.inclusive === false ? 'More than' : 'At least'} ${String(issue.minimum)}${unitOf(issue.origin, issue.minimum)}.`
        : issue.message;
    case 'invalid_value':
      return /^Invalid (option|input)/.test(issue.message)
        ? `One of ${issue.values.map(String).join(', ')}.`
        : issue.message;
    default:
      if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
        return 'This field is required.';
      return issue.message.replace(/^Invalid input: /, '').replace(/^./, (first) => first.toUpperCase());
  }
}

function unitOf(origin: string, count: number | bigint): string {
  const unit = { string: ' character', array: ' item' }[origin];
  if (unit === undefined) return '';
  return Number(count) === 1 ? unit : `${unit}s`;
}

/** RFC 6901. */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
