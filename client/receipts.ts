import type { Receipt } from '../contracts/receipt.ts';
import { ApiError } from './api-error.ts';

/** Keeps what could not be sent yet beyond the life of a page. */
export interface ReceiptMemory {
  /** What the same person's page wrote last. */
  read(): Promise<readonly Receipt[]>;
  write(receipts: readonly Receipt[]): void;
}

/** As many as the API takes at once. */
const perRequest = 200;
/** Of what is remembered as sent, so that it is not sent again. */
const remembered = 5_000;
const retryMs = 5_000;

/** Sends receipts, each once: at once when none is under way, else together with the next. What cannot be sent is tried again later. */
export class Receipts {
  readonly #send: (receipts: readonly Receipt[]) => Promise<unknown>;
  readonly #memory: ReceiptMemory | undefined;
  readonly #sent = new Set<string>();
  #waiting: Receipt[] = [];
  #isSending = false;
  /** Before it has been read, what an earlier page wrote must not be written over. */
  #reading: Promise<readonly Receipt[]> | undefined;
  #isRead = false;

  constructor(send: (receipts: readonly Receipt[]) => Promise<unknown>, memory?: ReceiptMemory) {
    this.#send = send;
    this.#memory = memory;
  }

  /** Goes on with what an earlier page could not send; once. */
  async resume(): Promise<void> {
    if (this.#reading !== undefined || this.#memory === undefined) return;
    this.#reading = this.#memory.read();
    const kept = await this.#reading.catch(() => []);
    this.#isRead = true;
    for (const receipt of kept) this.add(receipt);
    this.#remember();
  }

  /** The first of its kind counts; more of the same task are dropped. */
  add(receipt: Receipt): void {
    const name = `${receipt.kind} ${receipt.taskId}`;
    if (this.#sent.has(name)) return;
    if (this.#sent.size >= remembered) this.#sent.clear();
    this.#sent.add(name);
    this.#waiting.push(receipt);
    this.#remember();
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    // What the same burst brings goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const some = this.#waiting.slice(0, perRequest);
      const isDone = await this.#send(some).then(() => true, isRefused);
      if (isDone) this.#waiting.splice(0, some.length);
      else this.#waiting.splice(remembered);
      this.#remember();
      if (!isDone) await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    this.#isSending = false;
  }

  #remember(): void {
    if (this.#isRead) this.#memory?.write(this.#waiting);
  }
}

/** For good: asking again would be refused again. */
function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 400 || error.status === 403);
}
