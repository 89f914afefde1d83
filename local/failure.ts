/** What a caught value says: an error's message, or the value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The process cannot go on, for a reason that its message tells whole: no stack would add to it. */
export class Fatal extends Error {}
