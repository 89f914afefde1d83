import type { Watcher } from './tcp-proxy.ts';

/** Descriptor codes of AMQP 1.0, section 2.7: docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-transport-v1.0-os.html */
const [transfer, disposition] = [0x14, 0x15];
/** `AMQP` and four bytes more open a connection; they are no frame. */
const protocolHeader = Buffer.from('AMQP');
const headerBytes = 8;

/** Counts what costs a round trip on Service Bus: sends (of one message or a batch) and settlements; and what was delivered. */
export class AmqpCounter {
  sends = 0;
  settlements = 0;
  deliveries = 0;

  watch(): Watcher {
    return {
      toServer: createParser((code) => {
        if (code === transfer) this.sends += 1;
        if (code === disposition) this.settlements += 1;
      }),
      toClient: createParser((code) => {
        if (code === transfer) this.deliveries += 1;
      }),
    };
  }
}

/** Calls `onFrame` with the descriptor code of each frame's performative; an empty frame, the heartbeat, has none. */
function createParser(onFrame: (code: number | undefined) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length >= headerBytes) {
      const isHeader = rest.subarray(0, protocolHeader.length).equals(protocolHeader);
      const length = isHeader ? headerBytes : rest.readUInt32BE(0);
      if (rest.length < length) return;
      // A performative is described by a small number: 0x00 0x53 CODE.
      const body = (rest[4] ?? 2) * 4;
      if (!isHeader) onFrame(length > body ? rest[body + 2] : undefined);
      rest = rest.subarray(length);
    }
  };
}
