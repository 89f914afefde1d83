import { computed, signal } from '@angular/core';
import type { BatchResult, SubmitTask } from '../../../../contracts/submit.ts';
import type { ApiError, TaskApi } from '../../../../client/index.ts';
import type { Row } from './read-rows.ts';
import { tagAt } from './tags.ts';

/** What became of a row. */
export interface Outcome {
  readonly row: Row;
  readonly taskId?: string;
  /** Why it was refused. */
  readonly refusal?: string;
}

const mostAtOnce = 200;
/** Characters of JSON; a request may have 32 MB. */
const longestRequest = 8_000_000;

/** Submits the rows of a file part by part. Each row has a key of its own, so that sending it again makes no second task. */
export class ManySubmission {
  readonly #api: TaskApi;
  readonly #key: string;
  readonly #outcomes = signal<readonly Outcome[]>([]);
  readonly #problem = signal<string | undefined>(undefined);
  readonly #isSending = signal(false);
  readonly total: number;
  readonly outcomes = this.#outcomes.asReadonly();
  readonly accepted = computed(() => this.#outcomes().filter(({ taskId }) => taskId !== undefined).length);
  readonly refused = computed(() => this.#outcomes().filter(({ refusal }) => refusal !== undefined));
  /** Why it stands still; going on sends what is left. */
  readonly problem = this.#problem.asReadonly();
  readonly isSending = this.#isSending.asReadonly();
  #left: readonly Row[];

  /** @param key other for each file; the same for the same rows */
  constructor(api: TaskApi, rows: readonly Row[], key: string) {
    this.#api = api;
    this.#key = key;
    this.#left = rows;
    this.total = rows.length;
  }

  stop(): void {
    this.#isSending.set(false);
  }

  async send(): Promise<void> {
    if (this.#isSending()) return;
    this.#isSending.set(true);
    this.#problem.set(undefined);
    try {
      while (this.#left.length > 0 && this.#isSending()) await this.#sendPart();
    } catch (error) {
      this.#problem.set((error as ApiError).message);
    } finally {
      this.#isSending.set(false);
    }
  }

  /** What the server has no room for now stays to be sent. */
  async #sendPart(): Promise<void> {
    const part = firstPart(this.#left);
    const results = await this.#api.submitBatch(part.map((row) => this.#keyed(row)));
    const answered = part.map((row, i) => ({ row, result: results[i]! }));
    const full = answered.filter(({ result }) => isForLater(result));
    const done = answered.filter(({ result }) => !isForLater(result)).map(({ row, result }) => toOutcome(row, result));
    this.#outcomes.update((outcomes) => [...outcomes, ...done]);
    this.#left = [...full.map(({ row }) => row), ...this.#left.slice(part.length)];
    if (full.length > 0) {
      this.#problem.set(full[0]!.result.error?.detail);
      this.#isSending.set(false);
    }
  }

  #keyed({ number, body }: Row): SubmitTask & { readonly idempotencyKey: string } {
    return { ...body, idempotencyKey: `${this.#key}-${number}` };
  }
}

function firstPart(rows: readonly Row[]): readonly Row[] {
  let length = 0;
  const fits = rows
    .slice(0, mostAtOnce)
    .findIndex(({ body }) => (length += JSON.stringify(body).length) > longestRequest);
  return rows.slice(0, fits === -1 ? mostAtOnce : Math.max(1, fits));
}

const isForLater = ({ status }: BatchResult) => status === 429 || status >= 500;

function toOutcome(row: Row, { task, error }: BatchResult): Outcome {
  if (task !== undefined) return { row, taskId: task.id };
  const faults = error?.errors?.map(({ pointer, detail }) => `${nameOf(pointer, row)}: ${detail}`) ?? [];
  return { row, refusal: faults.length > 0 ? faults.join(' ') : (error?.detail ?? $localize`It was refused.`) };
}

/** A field as the file names it: `failures` of `/payload/failures`; of several tags the one that is meant. */
function nameOf(pointer: string, { body }: Row): string {
  const tag = tagAt(pointer, body.tags);
  return tag === undefined ? pointer.replace(/^\/(payload\/)?/, '').replaceAll('/', '.') : `tags: ${tag}`;
}
