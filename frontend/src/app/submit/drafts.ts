import { inject, Injectable } from '@angular/core';
import { Memory } from '../ui/memory.ts';

/** A form as it was left. */
export interface Draft {
  /** The form's value, as Formly's model. */
  readonly model: { readonly payload?: unknown };
  readonly options: object;
  /** Sent as `Idempotency-Key`: the same for as long as the form is the same. */
  readonly key: string;
}

/** Browsers keep about 5 MB per site, counted in UTF-16: a longer draft is not kept. */
const longestDraft = 2_000_000;

/** What was typed, per task type; it survives a reload. */
@Injectable({ providedIn: 'root' })
export class Drafts {
  readonly #memory = inject(Memory);

  read(type: string): Draft | undefined {
    try {
      return (JSON.parse(this.#memory.read(`draft:${type}`) ?? 'null') as Draft | null) ?? undefined;
    } catch {
      return undefined;
    }
  }

  write(type: string, draft: Draft): void {
    // Looked at before it is made into JSON, which takes long for a large file and would be done with every key.
    if (textIn(draft.model) > longestDraft) this.#memory.forget(`draft:${type}`);
    else this.#memory.write(`draft:${type}`, JSON.stringify(draft));
  }

  get lastType(): string | undefined {
    return this.#memory.read('last-type');
  }

  set lastType(type: string) {
    this.#memory.write('last-type', type);
  }
}

/** Characters in all texts of the value. */
function textIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, child) => sum + textIn(child), 0);
}

/** A random key. Not `randomUUID`, which a page that is not served securely does not have. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
