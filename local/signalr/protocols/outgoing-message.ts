import type { HubProtocol } from './hub-protocol.ts';

/** A call of a client method. It is encoded once per protocol, however many clients it goes to. */
export class OutgoingMessage {
  readonly #target: string;
  readonly #arguments: unknown[];
  readonly #encoded = new Map<HubProtocol, Buffer>();

  constructor(target: string, args: unknown[]) {
    this.#target = target;
    this.#arguments = args;
  }

  encode(protocol: HubProtocol): Buffer {
    let data = this.#encoded.get(protocol);
    if (!data) {
      data = protocol.encodeInvocation(this.#target, this.#arguments);
      this.#encoded.set(protocol, data);
    }
    return data;
  }
}
