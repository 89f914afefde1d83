import type { Receipt } from '../contracts/receipt.ts';

/** As many as the API takes at once. */
const perRequest = 200;
/** Of what is remembered as sent, so that it is not sent again. */
const remembered = 5_000;
const retryMs = 5_000;

/** Sends receipts, each once: at once when none is under way, else together with the next. What cannot be sent is tried again later. */
export class Receipts {
  readonly #send: (receipts: readonly Receipt[]) => Promise<unknown>;
  readonly #sent = new Set<string>();
  #waiting: Receipt[] = [];
  #isSending = false;

  constructor(send: (receipts: readonly Receipt[]) => Promise<unknown>) {
    this.#send = send;
  }

  /** The first of its kind counts; more of the same task are dropped. */
  add(receipt: Receipt): void {
    const name = `${receipt.kind} ${receipt.taskId}`;
    if (this.#sent.has(name)) return;
    if (this.#sent.size >= remembered) this.#sent.clear();
    this.#sent.add(name);
    this.#waiting.push(receipt);
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    // What the same burst brings goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, perRequest);
      const isSent = await this.#send(some).then(
        () => true,
        () => false,
      );
      if (isSent) continue;
      this.#waiting = [...some, ...this.#waiting].slice(0, remembered);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    this.#isSending = false;
  }
}
