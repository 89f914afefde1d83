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
    const text = JSON.stringify(draft);
    if (text.length <= longestDraft) this.#memory.write(`draft:${type}`, text);
    else this.#memory.forget(`draft:${type}`);
  }

  get lastType(): string | undefined {
    return this.#memory.read('last-type');
  }

  set lastType(type: string) {
    this.#memory.write('last-type', type);
  }
}

/** A random key. Not `randomUUID`, which a page that is not served securely does not have. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
