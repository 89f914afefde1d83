import { amqpError } from './link-error.ts';
import { check } from './encoding.ts';
import { fieldOffsets, findSections } from './sections.ts';
import {
  ACCEPTED,
  decodeRequest,
  decodeTyped,
  encodeReply,
  type LinkContext,
  type Message,
  type ReceivingLink,
  rejected,
  type SendingLink,
  type Typed,
} from './rhea.ts';

/** Requests a client may have open at a time on one link. */
const CREDIT = 100;

/** Answers one request; null answers nothing yet, because `reply` was kept for later. */
export type RequestHandler = (request: Message, reply: (answer: object) => void) => void;

/** The links of one connection on which answers leave. */
export class ReplyLinks {
  /** By the address clients name in `reply-to`. */
  readonly #links = new Map<string, SendingLink>();
  /** By the node they were attached to, for requests without `reply-to`. */
  readonly #nodes = new Map<string, SendingLink>();

  add(link: SendingLink): void {
    const target = link.target as { address?: string } | null;
    this.#links.set(target?.address ?? link.name, link);
    this.#links.set(link.name, link);
    this.#nodes.set(link.source.address, link);
  }

  remove(link: SendingLink): void {
    for (const links of [this.#links, this.#nodes])
      for (const [address, known] of links) if (known === link) links.delete(address);
  }

  /** @param replyTo undefined where the request named nothing: then `node`, which it was sent to, decides */
  send(replyTo: string | undefined, node: string, reply: object, tag: Buffer): void {
    const link = replyTo === undefined ? this.#nodes.get(node) : this.#links.get(replyTo);
    if (!link?.is_open() || link.session.outgoing.deliveries.available() === 0) return;
    const delivery = link.send(encodeReply(reply), tag, 0);
    delivery.settled = true;
  }
}

/** A link on which a client sends requests: to `$cbs`, or to an entity's `$management`. */
export class RequestLink {
  readonly #link: ReceivingLink;
  readonly #replies: ReplyLinks;
  readonly #handle: RequestHandler;
  #answered = 0;

  constructor(link: ReceivingLink, replies: ReplyLinks, handle: RequestHandler) {
    this.#link = link;
    this.#replies = replies;
    this.#handle = handle;
    link.on('message', (context: LinkContext<ReceivingLink>) => this.#take(context));
    link.add_credit(CREDIT);
  }

  #take({ delivery, message = Buffer.alloc(0) }: LinkContext<ReceivingLink>): void {
    if (!this.#link.is_open()) return;
    try {
      const request = decode(message);
      const correlation = { correlation_id: messageIdOf(message) };
      delivery.update(true, ACCEPTED);
      // uamqp takes an answer for an error while its request is not accepted; rhea writes transfers first.
      this.#handle(request, (answer) => setImmediate(() => this.#reply(request, { ...correlation, ...answer })));
    } catch (error) {
      delivery.update(true, rejected(amqpError(error)));
      this.#link.add_credit(1);
    }
  }

  #reply(request: Message, answer: object): void {
    const tag = Buffer.alloc(4);
    tag.writeUInt32BE(++this.#answered);
    this.#replies.send(request.reply_to ?? undefined, this.#link.target.address, answer, tag);
    if (this.#link.is_open()) this.#link.add_credit(1);
  }
}

/** rhea builds what it is given without question, so that every section is looked through first. */
function decode(encoded: Buffer): Message {
  findSections(encoded);
  for (let offset = 0; offset < encoded.length;) offset = check(encoded, offset);
  return decodeRequest(encoded);
}

/** The format codes of what may be a message ID: ulong, UUID, binary and string. */
const MESSAGE_ID_CODES: readonly unknown[] = [0x44, 0x53, 0x80, 0x98, 0xa0, 0xb0, 0xa1, 0xb1];

/** With its exact type: an ID that is a ulong must not come back as another kind of number. */
function messageIdOf(encoded: Buffer): Typed | undefined {
  const [offset] = fieldOffsets(encoded, findSections(encoded).properties);
  if (offset === undefined || !MESSAGE_ID_CODES.includes(encoded[offset])) return undefined;
  return decodeTyped(encoded.subarray(offset));
}
